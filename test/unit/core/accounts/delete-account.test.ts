import { GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deleteAccount, deleteAccountByToken } from '../../../../functions/core/accounts/delete-account.ts';
import { followDeletion } from '../../../../functions/core/accounts/follow-deletion.ts';
import { OF_DELETED_ACCOUNT } from '../../../../functions/core/connections/connection.ts';
import { SubjectTokenExpired } from '../../../../functions/core/errors.ts';
import { accountOf } from '../../../../functions/core/issuers/account-of.ts';
import { logIn, openSession } from '../../../../functions/core/sessions/log-in-and-out.ts';
import {
  accountRemover,
  accountStore,
  profileEditor,
  profileStore,
} from '../../../../functions/storage/accounts.ts';
import { connectionAdder } from '../../../../functions/storage/connection-adder.ts';
import { connectionStore } from '../../../../functions/storage/connections.ts';
import { directory, directoryProjection } from '../../../../functions/storage/directory.ts';
import { identityStore } from '../../../../functions/storage/identities.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { remainsOf } from '../../../../functions/storage/remains.ts';
import { sessionList, sessionStore } from '../../../../functions/storage/sessions.ts';
import { Killed, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection } from '../../support/connections.ts';
import { noting } from '../../support/noted.ts';
import { overTable } from '../../support/password-check.ts';
import { alice, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { PHONE } from '../../support/sessions.ts';

const PASSWORD = 'down the rabbit hole';
const DAY_MS = 86_400_000;

/** Alice with two sessions, a socket and some items, and Bob, in a table in memory. Hashes can be read. */
async function account() {
  const memory = memoryTable();
  const { table, state, store } = memory;
  const clock = frozenClock();
  const verified: string[] = [];
  const noted = noting();
  const sessions = { ...sessionStore(table), ...sessionList(table) };
  const dependencies = {
    ...overTable(table, { audit: noted.audit, now: clock.now }),
    accounts: accountRemover(table),
    passwords: {
      verify: async (password: string, hash: string) => {
        verified.push(password);
        return hash === password;
      },
      hash: async (password: string) => password,
      isOutdated: () => false,
    },
  };
  const lists = directoryProjection(table);
  for (const user of [alice, bob]) {
    await accountStore(table).create(user, PASSWORD);
    for (const list of ['everyone', 'users'] as const) await lists.countIn(list, user.username);
  }
  const enter = (email = alice.email) => logIn(dependencies, { email, password: PASSWORD }, PHONE);
  await enter();
  await enter();
  await connectionAdder(table, 20).add(aConnection('a'), clock.now());
  for (const sk of [`CONV#${alice.id}.${bob.id}`, `INBOX#${NOON}#x`, 'WATCHED', 'WATCHING#a', 'RETRIES#x'])
    store({ pk: `USER#${alice.id}`, sk });
  verified.length = 0;
  noted.events.length = 0;
  return {
    ...memory,
    clock,
    dependencies,
    verified,
    noted: noted.events,
    enter,
    remove: (password = PASSWORD) =>
      deleteAccount(dependencies, { userId: alice.id, sessionId: id(500) }, password),
    follow: (username?: string, isLate?: true) =>
      followDeletion(
        { directory: lists, remains: remainsOf(table), leaveGroup: async () => {}, now: clock.now },
        { userId: alice.id, username, isLate },
      ),
    sessionsOf: async ({ id: userId } = alice) => (await sessions.of(userId, clock.now())).length,
    left: (user = alice) => state.partition(`USER#${user.id}`).map(({ sk }) => sk as string),
    register: (account: typeof alice) => accountStore(table).create(account, 'another password'),
  };
}

const MARKS = ['PRESENCE', 'PROFILE', 'SOCKETS'];
/** With what brings the last look. */
const MARKS_AND_LOOK = ['PRESENCE', 'PROFILE', 'REMAINS', 'SOCKETS'];

describe('deleting an account', () => {
  it('is noted once, as a wrong password is', async () => {
    const { remove, noted } = await account();
    await rejection(remove('not the password'));
    await remove();
    await remove();
    expect(noted).toEqual([`wrong_password of ${alice.id}`, `account_deleted of ${alice.id}`]);
  });

  it('removes profile and credentials, ends all sessions, and marks what others read', async () => {
    const { remove, dependencies, sessionsOf, enter, table, state, clock } = await account();
    await remove();
    expect(await sessionsOf()).toBe(0);
    expect(await dependencies.profiles.profileOf(alice.id)).toBeUndefined();
    expect(await rejection(enter())).toEqual({ code: 'wrong_credentials' });
    expect(state.get({ pk: 'EMAIL#alice@example.org', sk: 'CREDENTIALS' })).toBeUndefined();
    expect(state.get({ pk: `USER#${alice.id}`, sk: 'PROFILE' })).toEqual({
      ...{ pk: `USER#${alice.id}`, sk: 'PROFILE', id: alice.id, deletedAt: NOON },
    });
    expect(await dependencies.profiles.personOf(alice.id)).toEqual({
      ...{ id: alice.id, username: 'Deleted account', deleted: true },
    });
    const [list] = await connectionStore(table).of([alice.id], clock.now());
    expect(list).toBe(OF_DELETED_ACCOUNT);
    // The stream's function still finds the socket that it must close, and the mark never expires.
    expect(await connectionStore(table).ofNow(alice.id, clock.now())).toHaveLength(1);
    expect(state.get({ pk: `USER#${alice.id}`, sk: 'SOCKETS' })).not.toHaveProperty('ttl');
    expect((await presenceStore(table).of([alice.id]))[0]).toMatchObject({ online: false, deleted: true });
  });

  it('touches nobody else', async () => {
    const { remove, follow, state, left, sessionsOf, enter } = await account();
    await enter(bob.email);
    const before = [...state.partition(`USER#${bob.id}`)];
    await remove();
    await follow(alice.username);
    expect(state.partition(`USER#${bob.id}`)).toEqual(before);
    expect([left(bob).length > 1, await sessionsOf(bob)]).toEqual([true, 1]);
  });

  it('needs the password, of which ten wrong ones lock it', async () => {
    const { remove, sessionsOf, verified } = await account();
    for (let i = 0; i < 10; i += 1)
      expect(await rejection(remove('wrong'))).toEqual({ code: 'wrong_password' });
    expect(await rejection(remove())).toEqual({ code: 'too_many_attempts', retryAfter: 60 });
    expect([verified.length, await sessionsOf()]).toEqual([10, 2]);
  });

  it('is not for one that never was', async () => {
    const { dependencies } = await account();
    const nobody = deleteAccount(dependencies, { userId: id(404), sessionId: id(500) }, PASSWORD);
    expect(await rejection(nobody)).toEqual({ code: 'token_invalid' });
  });

  it('lets no socket into its list any more, and nobody appear online', async () => {
    const { remove, table, clock } = await account();
    await remove();
    expect(await connectionAdder(table, 20).add(aConnection('b'), clock.now())).toBe('deleted');
    await presenceStore(table).set(alice.id, true, clock.now());
    expect((await presenceStore(table).of([alice.id]))[0]).toMatchObject({ online: false, deleted: true });
  });

  it('frees the email at once, and the name after 30 days, though the claim may still be there', async () => {
    const { remove, follow, register } = await account();
    await remove();
    await follow(alice.username);
    const next = { ...alice, id: id(9) };
    const at = (days: number) => new Date(Date.parse(NOON) + days * DAY_MS).toISOString();
    expect(await register({ ...next, createdAt: at(29.9) })).toEqual(['username']);
    expect(await register({ ...next, username: 'hatter', createdAt: at(0) })).toEqual([]);
    expect(await register({ ...next, id: id(10), email: 'x@example.org', createdAt: at(30) })).toEqual([]);
    // The new owner's claim has no end.
    const third = { ...next, id: id(11), email: 'y@example.org', createdAt: at(90) };
    expect(await register(third)).toEqual(['username']);
  });
});

describe('two deletions at once', () => {
  it('both succeed', async () => {
    const { remove, sessionsOf } = await account();
    await Promise.all([remove(), remove()]);
    expect(await sessionsOf()).toBe(0);
  });

  it('and log-ins, in whatever order their steps come, leave no session and no account', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { dependencies, remove, enter, sessionsOf, left } = await account();
        const { credentials, sessions, accounts } = dependencies;
        dependencies.credentials = {
          ...credentials,
          credentialsOf: scheduler.scheduleFunction(credentials.credentialsOf),
        };
        dependencies.accounts = { remove: scheduler.scheduleFunction(accounts.remove) };
        dependencies.sessions = {
          ...sessions,
          create: scheduler.scheduleFunction(sessions.create),
          of: scheduler.scheduleFunction(sessions.of),
          remove: scheduler.scheduleFunction(sessions.remove),
        };
        const done = Promise.allSettled([remove(), remove(), enter(), enter()]);
        await scheduler.waitFor(done);
        dependencies.sessions = sessions;
        expect(await sessionsOf()).toBe(0);
        expect(left()).toEqual(expect.arrayContaining(MARKS));
      }),
      { numRuns: 40 },
    );
  });

  it('beside a change of the password, deletes only with the password of that moment', async () => {
    const { remove, dependencies, sessionsOf } = await account();
    const { accounts, credentials } = dependencies;
    dependencies.accounts = {
      async remove(...given) {
        await credentials.replaceHash(alice.email, PASSWORD, 'another');
        return accounts.remove(...given);
      },
    };
    expect(await rejection(remove())).toEqual({ code: 'wrong_password' });
    expect(await sessionsOf()).toBe(2);
  });
});

describe('a deletion that was cut off', () => {
  it('after any step left the account whole or deleted, and the same request again finishes it', async () => {
    const outcomes = new Set<string>();
    for (let steps = 0; ; steps += 1) {
      const { remove, killAfter, dependencies, sessionsOf, enter } = await account();
      killAfter(steps);
      const cut = await remove().catch((error: unknown) => error);
      killAfter(Number.POSITIVE_INFINITY);
      const isWhole = (await dependencies.profiles.profileOf(alice.id)) !== undefined;
      outcomes.add(`${isWhole ? 'whole' : 'deleted'}, ${await sessionsOf()} sessions`);
      if (!isWhole) expect(await rejection(enter())).toEqual({ code: 'wrong_credentials' });
      await remove();
      expect(await sessionsOf()).toBe(0);
      if (cut === undefined) break;
      expect(cut).toBeInstanceOf(Killed);
    }
    expect([...outcomes].sort()).toEqual([
      'deleted, 0 sessions',
      'deleted, 1 sessions',
      'deleted, 2 sessions',
      'whole, 2 sessions',
    ]);
  });
});

describe('what follows a deletion', () => {
  it('empties the partition but for the marks, and takes the user out of the directory', async () => {
    const { remove, follow, left, table } = await account();
    await remove();
    await follow(alice.username);
    expect(left()).toEqual(MARKS_AND_LOOK);
    for (const list of ['users', 'everyone'] as const) {
      expect(await directory(table).page(list, { limit: 9 })).toEqual([{ id: bob.id, username: 'bob' }]);
      expect(await directory(table).count(list)).toBe(1);
    }
  });

  it('looks again after an hour, and no more after that', async () => {
    const { remove, follow, left, state, store, clock } = await account();
    await remove();
    await follow(alice.username);
    const look = { pk: `USER#${alice.id}`, sk: 'REMAINS' };
    expect(state.get(look)).toEqual({ ...look, ttl: clock.now().getTime() / 1000 + 3600 });
    state.set(look, undefined);
    store({ pk: `USER#${alice.id}`, sk: 'CONV#x', readSeq: 1 });
    await follow(undefined, true);
    expect(left()).toEqual(MARKS);
  });

  it('may be cut off after any command and begun again, and a repetition changes nothing', async () => {
    for (let steps = 0; ; steps += 1) {
      const { remove, follow, left, killAfter, table, state } = await account();
      await remove();
      killAfter(steps);
      const cut = await follow(alice.username).catch((error: unknown) => error);
      killAfter(Number.POSITIVE_INFINITY);
      await follow(alice.username);
      await follow(alice.username);
      expect(left()).toEqual(MARKS_AND_LOOK);
      expect(await directory(table).count('users')).toBe(1);
      expect(state.get({ pk: `USER#${alice.id}`, sk: 'PROFILE' })).toEqual({
        ...{ pk: `USER#${alice.id}`, sk: 'PROFILE', id: alice.id, deletedAt: NOON },
      });
      if (cut === undefined) break;
      expect(cut).toBeInstanceOf(Killed);
    }
  });

  it('takes steps of 500 items, each of which asks for the next one', async () => {
    const { remove, follow, left, store, send, table } = await account();
    for (let n = 0; n < 1_200; n += 1) store({ pk: `USER#${alice.id}`, sk: `CONV#${n}` });
    await remove();
    const stepsAsked = async () => {
      const Key = { pk: `USER#${alice.id}`, sk: 'PROFILE' };
      const { Item } = (await send(new GetCommand({ TableName: table.name, Key }))) as { Item: object };
      return (Item as { steps?: number }).steps ?? 0;
    };
    let followed = 0;
    do {
      await follow(followed === 0 ? alice.username : undefined);
      followed += 1;
    } while ((await stepsAsked()) === followed);
    expect([followed, left()]).toEqual([3, MARKS_AND_LOOK]);
  });
});

/** Carol, a user of another issuer, with two sessions. */
async function external(address: string | null = 'carol@example.org') {
  const given = await account();
  const { table, state, dependencies: parts, noted } = given;
  const identities = identityStore(table);
  const profiles = { ...profileStore(table), ...profileEditor(table) };
  const dependencies = { ...parts, profiles, identities, exchanges: 20 };
  const CAROL = {
    issuer: 'https://login.example',
    subject: 'carol',
    username: 'carol',
    email: address ?? undefined,
  };
  const enter = async () => {
    const { id: userId } = await accountOf(dependencies, CAROL);
    await openSession(dependencies, userId, PHONE);
    return userId;
  };
  const userId = await enter();
  await enter();
  noted.length = 0;
  return {
    ...given,
    dependencies,
    carol: CAROL,
    userId,
    enter,
    removeBy: (identify: Parameters<typeof deleteAccountByToken>[2]) =>
      deleteAccountByToken(dependencies, userId, identify),
    remove: () => deleteAccountByToken(dependencies, userId, async () => CAROL),
    identity: () => state.get({ pk: 'IDENTITY#https://login.example carol', sk: 'ACCOUNT' }),
    address: (of = 'carol@example.org') => state.get({ pk: `EMAIL#${of}`, sk: 'CREDENTIALS' }),
    isThere: async () => (await profiles.profileOf(userId)) !== undefined,
    sessionsLeft: () => given.sessionsOf({ ...alice, id: userId }),
  };
}

describe('deleting the account of a user of another issuer', () => {
  it('takes identity, address and sessions, and the same user gets a new account', async () => {
    const { remove, identity, address, isThere, sessionsLeft, enter, userId, noted } = await external();
    await remove();
    expect([identity(), address(), await isThere(), await sessionsLeft()]).toEqual([
      ...[undefined, undefined, false, 0],
    ]);
    expect(noted).toEqual([`account_deleted of ${userId}`]);
    const next = await enter();
    expect(next).not.toBe(userId);
    expect([identity()?.userId, address()?.userId]).toEqual([next, next]);
  });

  it('works for one without an address', async () => {
    const { remove, identity, isThere, dependencies, userId } = await external(null);
    expect((await dependencies.profiles.profileOf(userId))?.email).toBeUndefined();
    await remove();
    expect([identity(), await isThere()]).toEqual([undefined, false]);
  });

  it('is refused with a token of somebody else, or one that is not valid, which is noted', async () => {
    const { removeBy, carol, isThere, userId, noted, sessionsLeft } = await external();
    for (const other of [
      { ...carol, subject: 'dave' },
      { ...carol, issuer: 'https://other.example' },
    ])
      expect(await rejection(removeBy(async () => other))).toEqual({ code: 'subject_token_invalid' });
    const expired = removeBy(async () => {
      throw new SubjectTokenExpired();
    });
    expect(await rejection(expired)).toEqual({ code: 'subject_token_expired' });
    expect([await isThere(), await sessionsLeft()]).toEqual([true, 2]);
    expect(noted).toEqual(Array.from({ length: 3 }, () => `exchange_refused of ${userId}`));
  });

  it('does not delete an account with a password by the token of another user, or the reverse', async () => {
    const { dependencies, carol, userId, address, isThere } = await external();
    const own = deleteAccountByToken(dependencies, alice.id, async () => carol);
    expect(await rejection(own)).toEqual({ code: 'subject_token_invalid' });
    expect(await dependencies.profiles.profileOf(alice.id)).toBeDefined();
    const byPassword = deleteAccount(dependencies, { userId, sessionId: id(1) }, PASSWORD);
    expect(await rejection(byPassword)).toEqual({ code: 'wrong_password' });
    expect([address()?.userId, await isThere()]).toEqual([userId, true]);
  });

  it('twice at once is done by both', async () => {
    const { remove, isThere, sessionsLeft } = await external();
    await Promise.all([remove(), remove()]);
    expect([await isThere(), await sessionsLeft()]).toEqual([false, 0]);
  });

  it('beside exchanges that move the address leaves no claim, in whatever order their steps come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { dependencies, carol, remove, identity, address, userId, sessionsLeft } = await external();
        const { accounts, identities } = dependencies;
        dependencies.accounts = { remove: scheduler.scheduleFunction(accounts.remove) };
        dependencies.identities = {
          ...identities,
          userOf: scheduler.scheduleFunction(identities.userOf),
          moveEmail: scheduler.scheduleFunction(identities.moveEmail),
        };
        const moving = accountOf(dependencies, { ...carol, email: 'next@example.org' });
        const done = Promise.allSettled([remove(), moving]);
        await scheduler.waitFor(done);
        const [deleted] = await done;
        expect(deleted?.status).toBe('fulfilled');
        expect(await sessionsLeft()).toBe(0);
        // The exchange may have come last, and made a new account.
        for (const claim of [identity(), address(), address('next@example.org')])
          expect(claim?.userId).not.toBe(userId);
      }),
      { numRuns: 60 },
    );
  });

  it('that was cut off left the account whole or deleted, and the same request again finishes it', async () => {
    for (let steps = 0; ; steps += 1) {
      const { remove, killAfter, isThere, identity, address, sessionsLeft } = await external();
      killAfter(steps);
      const cut = await remove().catch((error: unknown) => error);
      killAfter(Number.POSITIVE_INFINITY);
      expect([identity() !== undefined, address() !== undefined]).toEqual([await isThere(), await isThere()]);
      await remove();
      expect([await isThere(), await sessionsLeft()]).toEqual([false, 0]);
      if (cut === undefined) break;
      expect(cut).toBeInstanceOf(Killed);
    }
  });
});
