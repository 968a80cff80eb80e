import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../functions/core/accounts/account.ts';
import { changePassword } from '../../../../functions/core/accounts/change-password.ts';
import { ANSWER_MS } from '../../../../functions/core/accounts/links.ts';
import { requestReset, resetPassword } from '../../../../functions/core/accounts/reset-password.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import type { Mail } from '../../../../functions/core/mail/mail.ts';
import { logIn } from '../../../../functions/core/sessions/log-in-and-out.ts';
import { accountRemover, accountStore } from '../../../../functions/storage/accounts.ts';
import { identityStore } from '../../../../functions/storage/identities.ts';
import { linkStore } from '../../../../functions/storage/links.ts';
import { Killed, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock } from '../../support/clock.ts';
import { mailing } from '../../support/mailing.ts';
import { noting } from '../../support/noted.ts';
import { overTable } from '../../support/password-check.ts';
import { alice, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { LAPTOP, PHONE } from '../../support/sessions.ts';

const OLD = 'down the rabbit hole';
const NEW = 'through the looking-glass';
const OTHER = 'the hunting of the snark';
const INVALID = { code: 'link_invalid' };
const MINUTE_MS = 60_000;

/** Alice with two sessions, and Bob with one, in a table in memory. Hashes can be read. */
async function accounts() {
  const memory = memoryTable();
  const { table } = memory;
  const clock = frozenClock();
  const mailed = mailing(table, clock);
  const { mails, failures } = mailed;
  const noted = noting();
  let salt = 0;
  const dependencies = {
    ...overTable(table, { audit: noted.audit, now: clock.now }),
    passwords: {
      verify: async (password: string, hash: string) => hash.endsWith(`: ${password}`),
      hash: async (password: string) => `${++salt}: ${password}`,
      isOutdated: () => false,
    },
    links: linkStore(table),
    ...mailed.dependencies,
  };
  await accountStore(table).create(alice, `0: ${OLD}`);
  await accountStore(table).create(bob, `0: ${OLD}`);
  const enter = (password: string, { email } = alice, client = PHONE) =>
    logIn(dependencies, { email, password }, client);
  await enter(OLD);
  await enter(OLD, alice, LAPTOP);
  await enter(OLD, bob);
  const ask = (email = alice.email) => requestReset(dependencies, email);
  const tokenIn = (mail: Mail | undefined) => /#\/reset\/(\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
  return {
    ...memory,
    clock,
    mails,
    failures,
    noted: noted.events,
    dependencies,
    enter,
    ask,
    tokenIn,
    link: async (email = alice.email) => {
      await ask(email);
      return tokenIn(mails.at(-1));
    },
    reset: (token: string, password = NEW) => resetPassword(dependencies, { token, password }),
    sessionsOf: async ({ id: userId } = alice) =>
      (await dependencies.sessions.of(userId, clock.now())).map((one) => one.id).sort(),
  };
}

describe('a request for a link', () => {
  it('mails it to the owner of the address, and stores no more than the hash of its secret', async () => {
    const { link, mails, state } = await accounts();
    const token = await link('ALICE@example.ORG');
    const [userId, secret = ''] = token.split('.');
    expect(userId).toBe(alice.id);
    expect(mails).toEqual([expect.objectContaining({ to: alice.email, subject: 'Choose a new password' })]);
    expect(mails[0]?.text).toContain(`\nhttps://chat.example/#/reset/${token}\n`);
    const [stored] = state.partition(`USER#${alice.id}`).filter(({ sk }) => String(sk).startsWith('LINK#'));
    expect(stored).toMatchObject({ kind: 'reset', ttl: Date.parse('2026-11-23T12:30:00Z') / 1000 });
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  it('sends nothing to an address that only looks like that of an account', async () => {
    const { ask, mails } = await accounts();
    for (const typed of [
      '\u0430lice@example.org',
      'alice@example.org.',
      ' alice@example.org',
      'b\u00f6b@example.org',
    ])
      await ask(typed);
    expect(mails).toEqual([]);
  });

  it('goes to the address of the account, not to the one that was typed', async () => {
    const { ask, mails, table } = await accounts();
    await accountStore(table).create({ ...bob, id: id(3), email: 'kim@example.org', username: 'kim' }, 'x');
    // The sign of Kelvin, whose lower case is k.
    await ask('\u212Aim@example.org');
    expect(mails.map(({ to }) => to)).toEqual(['kim@example.org']);
  });

  it('takes as long for an unknown address, and gives up a mail that takes longer', async () => {
    const { dependencies } = await accounts();
    for (const email of [alice.email, 'nobody@example.org']) {
      const waited: number[] = [];
      const deadlines: number[] = [];
      const timed = {
        ...dependencies,
        wait: async (milliseconds: number) => void waited.push(milliseconds),
        deadline: (milliseconds: number) => {
          deadlines.push(milliseconds);
          return AbortSignal.abort();
        },
        mailer: { send: async (_: Mail, signal?: AbortSignal) => signal?.throwIfAborted() },
      };
      await requestReset(timed, email);
      expect([waited, deadlines]).toEqual([[ANSWER_MS], [ANSWER_MS]]);
    }
  });

  it('is answered alike if the mail fails, or anything that only an account has', async () => {
    const { dependencies, failures } = await accounts();
    const down = async () => {
      throw new Unavailable();
    };
    await requestReset({ ...dependencies, mailer: { send: down } }, alice.email);
    await requestReset({ ...dependencies, links: { ...dependencies.links, add: down } }, alice.email);
    await requestReset(
      { ...dependencies, profiles: { ...dependencies.profiles, profileOf: down } },
      alice.email,
    );
    expect(failures).toHaveLength(3);
  });

  it.each([alice.email, 'nobody@example.org'])('for %s gets five mails an hour at most', async (email) => {
    const { ask, mails, clock } = await accounts();
    const many = await Promise.allSettled(Array.from({ length: 30 }, () => ask(email)));
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await rejection(ask(email.toUpperCase()))).toEqual({ code: 'too_many_mails', retryAfter: 3_600 });
    expect(mails).toHaveLength(email === alice.email ? 5 : 0);
    clock.pass(61 * MINUTE_MS);
    await ask(email);
  });

  it('sends nothing to a user of another issuer, who has no password', async () => {
    const { ask, mails, table } = await accounts();
    const account: Account = {
      ...bob,
      id: id(7),
      email: 'carol@example.org',
      username: 'carol',
      issuer: 'https://i',
    };
    await identityStore(table).create({ issuer: 'https://i', subject: 'carol' }, account);
    await ask('carol@example.org');
    expect(mails).toEqual([]);
  });
});

it('a suspended account gets no link, and the one that it has does not work while it is suspended', async () => {
  const { link, reset, ask, mails, store, state, enter, sessionsOf } = await accounts();
  const token = await link();
  const key = { pk: `USER#${alice.id}`, sk: 'PROFILE' };
  const profile = state.get(key);
  store({ ...profile, suspendedAt: '2026-11-23T12:00:00.000Z' });
  await ask();
  expect(mails).toHaveLength(1);
  expect(await rejection(reset(token))).toEqual({ code: 'account_suspended' });
  expect(await rejection(reset(`${token}x`))).toEqual(INVALID);
  store({ ...profile });
  await reset(token);
  await enter(NEW);
  expect(await sessionsOf()).toHaveLength(1);
});

describe('a link to a new password', () => {
  it('replaces it, ends all sessions of its account alone, and verifies the address', async () => {
    const { link, reset, enter, sessionsOf, dependencies } = await accounts();
    await reset(await link());
    expect(await sessionsOf()).toEqual([]);
    expect(await sessionsOf(bob)).toHaveLength(1);
    expect(await rejection(enter(OLD))).toEqual({ code: 'wrong_credentials' });
    await enter(NEW);
    await enter(OLD, bob);
    const verifiedAt = async ({ id: of }: Account) =>
      (await dependencies.profiles.profileOf(of))?.emailVerifiedAt;
    expect([await verifiedAt(alice), await verifiedAt(bob)]).toEqual(['2026-11-23T12:00:00.000Z', undefined]);
  });

  it('normalizes the password as a log-in does', async () => {
    const { link, reset, enter } = await accounts();
    await reset(await link(), 'le café crème'.normalize('NFD'));
    await enter('le café crème'.normalize('NFC'));
  });

  it.each([
    ['short', 'Must have at least 8 characters.'],
    ['password123', 'This password is among the most used ones.'],
    ['alice in wonderland', 'Must not contain the username.'],
    ['Liddell-1865', 'Must be more than your name or the name of this service.'],
  ])('refuses the password %j, and still works', async (weak, fault) => {
    const { link, reset, enter } = await accounts();
    const token = await link();
    const refused = await rejection(reset(token, weak));
    expect(refused).toMatchObject({ code: 'validation_failed' });
    expect((refused as { errors: object }).errors).toEqual({ password: expect.arrayContaining([fault]) });
    await reset(token);
    await enter(NEW);
  });

  it('works for 30 minutes', async () => {
    const { link, reset, clock } = await accounts();
    const [first, second] = [await link(), await link()];
    clock.pass(30 * MINUTE_MS - 1_000);
    await reset(first);
    clock.pass(1_000);
    expect(await rejection(reset(second, OTHER))).toEqual(INVALID);
    expect(await rejection(reset(first))).toEqual(INVALID);
  });

  it('works once: of many uses at once, in whatever order their steps come, one succeeds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { link, dependencies, reset, enter } = await accounts();
        const token = await link();
        const { links } = dependencies;
        dependencies.links = {
          ...links,
          findReset: scheduler.scheduleFunction(links.findReset),
          reset: scheduler.scheduleFunction(links.reset),
        };
        const passwords = [NEW, OTHER, `${NEW} again`];
        const done = Promise.allSettled(passwords.map((password) => reset(token, password)));
        await scheduler.waitFor(done);
        const won = (await done).flatMap(({ status }, i) =>
          status === 'fulfilled' ? [passwords[i] as string] : [],
        );
        expect(won).toHaveLength(1);
        for (const one of await done)
          if (one.status === 'rejected') expect({ ...one.reason }).toEqual(INVALID);
        await enter(won[0] as string);
      }),
      { numRuns: 60 },
    );
  });

  it('beside log-ins, in whatever order their steps come, leaves no session of the old password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { link, dependencies, reset, enter, sessionsOf } = await accounts();
        const token = await link();
        const { credentials, sessions, links } = dependencies;
        dependencies.links = { ...links, reset: scheduler.scheduleFunction(links.reset) };
        dependencies.credentials = {
          ...credentials,
          credentialsOf: scheduler.scheduleFunction(credentials.credentialsOf),
        };
        dependencies.sessions = {
          ...sessions,
          create: scheduler.scheduleFunction(sessions.create),
          of: scheduler.scheduleFunction(sessions.of),
        };
        const done = Promise.allSettled([reset(token), enter(OLD), enter(OLD)]);
        await scheduler.waitFor(done);
        expect((await done)[0]).toMatchObject({ status: 'fulfilled' });
        dependencies.sessions = sessions;
        expect(await sessionsOf()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is noted as a changed password, once', async () => {
    const { link, reset, noted } = await accounts();
    const token = await link();
    noted.length = 0;
    await reset(token);
    await reset(token);
    await rejection(reset(token, OTHER));
    expect(noted.filter((event) => event.startsWith('password_changed'))).toEqual([
      `password_changed of ${alice.id}`,
    ]);
  });

  it('is noted as a verified address, if it was not verified before', async () => {
    const { link, reset, noted } = await accounts();
    noted.length = 0;
    await reset(await link());
    await reset(await link(), OTHER);
    expect(noted.filter((event) => event.startsWith('email_verified'))).toEqual([
      `email_verified of ${alice.id}`,
    ]);
  });

  it('is void after another reset, after a change of the password, and for a deleted account', async () => {
    const { link, reset, dependencies, table, clock } = await accounts();
    const [first, second] = [await link(), await link()];
    await reset(second);
    expect(await rejection(reset(first, OTHER))).toEqual(INVALID);
    const third = await link();
    const passwords = { password: NEW, newPassword: OTHER };
    await changePassword(dependencies, { userId: alice.id, sessionId: id(500) }, passwords);
    expect(await rejection(reset(third))).toEqual(INVALID);
    const fourth = await link();
    const present = await dependencies.credentials.credentialsOf(alice.email);
    if (!present) throw new Error('no credentials');
    await accountRemover(table).remove(alice, present, { at: clock.now(), nameFreeAt: clock.now() });
    expect(await rejection(reset(fourth))).toEqual(INVALID);
    // The address is free, and of somebody else by now.
    await accountStore(table).create({ ...alice, id: id(9), username: 'other' }, `0: ${OLD}`);
    expect(await rejection(reset(fourth))).toEqual(INVALID);
  });

  it('survives a new hash of the same password, which a log-in stores', async () => {
    const { link, reset, dependencies, enter } = await accounts();
    const token = await link();
    await dependencies.credentials.replaceHash(alice.email, `0: ${OLD}`, `costly: ${OLD}`);
    await reset(token);
    await enter(NEW);
  });

  it('is of no use to anybody who does not have the whole of it', async () => {
    const { link, reset, enter } = await accounts();
    const token = await link();
    const [, secret = ''] = token.split('.');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.constantFrom(`${bob.id}.${secret}`, secret, `.${secret}`, `${token}.`, `${alice.id}.`, '..'),
          fc.nat(token.length - 1).map((at) => `${token.slice(0, at)}~${token.slice(at + 1)}`),
          fc.nat(token.length - 1).map((at) => token.slice(0, at)),
        ),
        async (tampered) => {
          expect(await rejection(reset(tampered))).toEqual(INVALID);
        },
      ),
    );
    await enter(OLD);
    await reset(token);
  });
});

describe('a reset that was cut off', () => {
  it('after any step leaves one password that works, and the same request again finishes it', async () => {
    const outcomes = new Set<string>();
    for (let steps = 0; ; steps += 1) {
      const { link, reset, enter, killAfter, sessionsOf } = await accounts();
      const token = await link();
      killAfter(steps);
      const cut = await reset(token).catch((error: unknown) => error);
      killAfter(Number.POSITIVE_INFINITY);
      const works = await Promise.allSettled([OLD, NEW].map((password) => enter(password)));
      outcomes.add(works.map(({ status }) => status).join());
      await reset(token);
      expect(await sessionsOf()).toEqual([]);
      await enter(NEW);
      if (cut === undefined) break;
      expect(cut).toBeInstanceOf(Killed);
    }
    expect([...outcomes].sort()).toEqual(['fulfilled,rejected', 'rejected,fulfilled']);
  });

  it('is not a way to guess the new password: guesses count as log-ins do', async () => {
    const { link, reset, enter } = await accounts();
    const token = await link();
    await reset(token);
    for (let i = 0; i < 10; i += 1) expect(await rejection(reset(token, `${OTHER} ${i}`))).toEqual(INVALID);
    expect(await rejection(reset(token))).toEqual({ code: 'too_many_attempts', retryAfter: 60 });
    expect(await rejection(enter(NEW))).toMatchObject({ code: 'too_many_attempts' });
  });
});

it('a new password that was stolen elsewhere is refused, and the present one stays', async () => {
  const { reset, link, dependencies, enter } = await accounts();
  Object.assign(dependencies, { breaches: { includes: async (password: string) => password === NEW } });
  expect(await rejection(reset(await link()))).toMatchObject({
    code: 'validation_failed',
    errors: { password: ['This password was stolen from another service.'] },
  });
  await enter(OLD);
});
