import { GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deleteAccount } from '../../../../functions/core/accounts/delete-account.ts';
import { followDeletion } from '../../../../functions/core/accounts/follow-deletion.ts';
import { OF_DELETED_ACCOUNT } from '../../../../functions/core/connections/connection.ts';
import { logIn } from '../../../../functions/core/sessions/log-in-and-out.ts';
import {
  accountRemover,
  accountStore,
  credentialStore,
  profileStore,
} from '../../../../functions/storage/accounts.ts';
import { connectionAdder } from '../../../../functions/storage/connection-adder.ts';
import { connectionStore } from '../../../../functions/storage/connections.ts';
import { loginAttempts } from '../../../../functions/storage/counters.ts';
import { knownDevices } from '../../../../functions/storage/devices.ts';
import { directory, directoryProjection } from '../../../../functions/storage/directory.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { remainsOf } from '../../../../functions/storage/remains.ts';
import { sessionList, sessionStore } from '../../../../functions/storage/sessions.ts';
import { Killed, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection } from '../../support/connections.ts';
import { noting } from '../../support/noted.ts';
import { alice, bob, countingIds, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { PHONE, readableAccess, readableTokens } from '../../support/sessions.ts';

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
    profiles: profileStore(table),
    accounts: accountRemover(table),
    credentials: credentialStore(table),
    attempts: loginAttempts(table),
    wrongPasswords: 10,
    wrongPasswordsPerAddress: 100,
    devices: knownDevices(table),
    sessions,
    passwords: {
      verify: async (password: string, hash: string) => {
        verified.push(password);
        return hash === password;
      },
      hash: async (password: string) => password,
      isOutdated: () => false,
    },
    decoyHash: 'nothing',
    refreshTokens: readableTokens,
    accessTokens: readableAccess,
    refreshSeconds: 86_400,
    newId: countingIds(500),
    audit: noted.audit,
    now: clock.now,
    random: () => 0.5,
    wait: async () => {},
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
    follow: (username?: string) =>
      followDeletion({ directory: lists, remains: remainsOf(table) }, { userId: alice.id, username }),
    sessionsOf: async ({ id: userId } = alice) => (await sessions.of(userId, clock.now())).length,
    left: (user = alice) => state.partition(`USER#${user.id}`).map(({ sk }) => sk as string),
    register: (account: typeof alice) => accountStore(table).create(account, 'another password'),
  };
}

const MARKS = ['PRESENCE', 'PROFILE', 'SOCKETS'];

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
    expect(left()).toEqual(MARKS);
    for (const list of ['users', 'everyone'] as const) {
      expect(await directory(table).page(list, { limit: 9 })).toEqual([{ id: bob.id, username: 'bob' }]);
      expect(await directory(table).count(list)).toBe(1);
    }
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
      expect(left()).toEqual(MARKS);
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
    expect([followed, left()]).toEqual([3, MARKS]);
  });
});
