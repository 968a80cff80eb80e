import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changePassword } from '../../../../functions/core/accounts/change-password.ts';
import { logIn } from '../../../../functions/core/sessions/log-in-and-out.ts';
import { accountStore } from '../../../../functions/storage/accounts.ts';
import { Killed, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { overTable } from '../../support/password-check.ts';
import { alice, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { LAPTOP, PHONE } from '../../support/sessions.ts';

const OLD = 'down the rabbit hole';
const NEW = 'through the looking-glass';
const OTHER = 'the hunting of the snark';

/** Alice's account with two sessions, 500 and 501, and Bob's with 502, in a table in memory. Hashes can be read. */
async function account({ isOutdated = (_: string) => false } = {}) {
  const memory = memoryTable();
  const { table, state } = memory;
  const clock = frozenClock();
  const verified: string[] = [];
  const noted = noting();
  let salt = 0;
  const dependencies = {
    ...overTable(table, { audit: noted.audit, now: clock.now }),
    passwords: {
      verify: async (password: string, hash: string) => {
        verified.push(password);
        return hash.endsWith(`: ${password}`);
      },
      hash: async (password: string) => `${++salt}: ${password}`,
      isOutdated,
    },
  };
  await accountStore(table).create(alice, `0: ${OLD}`);
  await accountStore(table).create(bob, `0: ${OLD}`);
  const enter = (password: string, { email } = alice, client = PHONE) =>
    logIn(dependencies, { email, password }, client);
  await enter(OLD);
  await enter(OLD, alice, LAPTOP);
  await enter(OLD, bob);
  verified.length = 0;
  noted.events.length = 0;
  const sessionsOf = async ({ id: userId } = alice) =>
    (await dependencies.sessions.of(userId, clock.now())).map((one) => one.id).sort();
  const change = (password: string, newPassword: string, sessionId = id(500)) =>
    changePassword(dependencies, { userId: alice.id, sessionId }, { password, newPassword });
  return { ...memory, state, clock, dependencies, verified, noted: noted.events, enter, sessionsOf, change };
}

const WRONG = { code: 'wrong_password' };

describe('changing the password', () => {
  it('replaces it, and ends all other sessions of the user', async () => {
    const { change, enter, sessionsOf } = await account();
    await change(OLD, NEW);
    expect(await sessionsOf()).toEqual([id(500)]);
    expect(await sessionsOf(bob)).toHaveLength(1);
    expect(await rejection(enter(OLD))).toEqual({ code: 'wrong_credentials' });
    await enter(NEW);
    await enter(OLD, bob);
  });

  it('needs the present password, and changes nothing without it', async () => {
    const { change, enter, sessionsOf, verified } = await account();
    expect(await rejection(change(OTHER, NEW))).toEqual(WRONG);
    // Not the new one too: that would be a second guess in one attempt.
    expect(verified).toEqual([OTHER]);
    expect(await sessionsOf()).toHaveLength(2);
    await enter(OLD);
  });

  it('is noted once, as a wrong password is', async () => {
    const { change, noted } = await account();
    await rejection(change(OTHER, NEW));
    await change(OLD, NEW);
    // The same request again, after its answer was lost, changes nothing.
    await change(OLD, NEW);
    expect(noted).toEqual([
      `wrong_password of ${alice.id}`,
      `password_changed of ${alice.id}`,
      `wrong_password of ${alice.id}`,
    ]);
  });

  it('is noted even if the other sessions cannot be ended', async () => {
    const { dependencies, noted } = await account();
    const sessions = { ...dependencies.sessions, of: () => Promise.reject(new Error('no')) };
    const caller = { userId: alice.id, sessionId: id(500) };
    const changing = changePassword({ ...dependencies, sessions }, caller, {
      password: OLD,
      newPassword: NEW,
    });
    await expect(changing).rejects.toThrow('no');
    expect(noted).toEqual([`password_changed of ${alice.id}`]);
  });

  it('normalizes both passwords as a log-in does', async () => {
    const { change, enter } = await account();
    await change(OLD, 'le café crème'.normalize('NFD'));
    await change('le café crème'.normalize('NFD'), 'la crème brûlée'.normalize('NFC'));
    await enter('la crème brûlée'.normalize('NFD'));
  });

  it.each([
    ['short', 'Must have at least 8 characters.'],
    ['x'.repeat(257), 'Must have at most 256 characters.'],
    ['password123', 'This password is among the most used ones.'],
    ['alice in wonderland', 'Must not contain the username.'],
    ['Liddell-1865', 'Must be more than your name or the name of this service.'],
    [OLD, 'Must not be the present password.'],
  ])('refuses the new password %j before any password is verified', async (weak, fault) => {
    const { change, verified } = await account();
    const refused = await rejection(change(OLD, weak));
    expect(refused).toMatchObject({ code: 'validation_failed' });
    expect((refused as { errors: object }).errors).toEqual({ new_password: expect.arrayContaining([fault]) });
    expect(verified).toEqual([]);
  });

  it('locks a session after ten wrong passwords, and no other session and no log-in', async () => {
    const { change, enter, verified } = await account();
    for (let i = 0; i < 10; i += 1) await rejection(change(OTHER, NEW));
    expect(await rejection(change(OLD, NEW))).toEqual({ code: 'too_many_attempts', retryAfter: 60 });
    expect(verified).toHaveLength(10);
    await enter(OLD);
    await change(OLD, NEW, id(501));
  });

  it('is possible while others guess the password at the log-in', async () => {
    const { change, enter } = await account();
    for (let i = 0; i < 11; i += 1)
      await rejection(enter(OTHER, alice, { ...PHONE, address: '203.0.113.9' }));
    await change(OLD, NEW);
  });

  it('makes strangers of the devices that were in with the old one', async () => {
    const { change, enter, clock } = await account();
    await change(OLD, NEW);
    const guesser = { ...PHONE, address: '203.0.113.9' };
    for (let i = 0; i < 11; i += 1) await rejection(enter(OTHER, alice, guesser));
    expect(await rejection(enter(NEW))).toMatchObject({ code: 'too_many_attempts' });
    clock.pass(60_000);
    await enter(NEW);
    for (let i = 0; i < 11; i += 1) await rejection(enter(OTHER, alice, guesser));
    await enter(NEW);
  });

  it('of two hundred wrong passwords at once verifies ten', async () => {
    const { change, verified } = await account();
    await Promise.allSettled(Array.from({ length: 200 }, () => change(OTHER, NEW)));
    expect(verified).toHaveLength(10);
  });

  it('is not for an account that is gone, or whose email has another owner by now', async () => {
    const { change, state, store, enter } = await account();
    const credentials = { pk: 'EMAIL#alice@example.org', sk: 'CREDENTIALS' };
    store({ ...credentials, userId: id(3), passwordHash: `0: ${OLD}` });
    expect(await rejection(change(OLD, NEW))).toEqual({ code: 'token_invalid' });
    expect(state.get(credentials)).toMatchObject({ passwordHash: `0: ${OLD}` });
    state.set({ pk: `USER#${alice.id}`, sk: 'PROFILE' }, undefined);
    expect(await rejection(change(OLD, NEW))).toEqual({ code: 'token_invalid' });
    expect(await rejection(enter(OLD))).toEqual({ code: 'wrong_credentials' });
  });
});

describe('a change of the password that was cut off', () => {
  it('after any step leaves one password that works, and the same request again finishes it', async () => {
    const outcomes = new Set<string>();
    for (let steps = 0; ; steps += 1) {
      const { change, enter, killAfter, sessionsOf, dependencies } = await account();
      killAfter(steps);
      const cut = await change(OLD, NEW).catch((error: unknown) => error);
      killAfter(Number.POSITIVE_INFINITY);
      expect(await sessionsOf()).toContain(id(500));
      const works = await Promise.allSettled([OLD, NEW].map((password) => enter(password)));
      outcomes.add(works.map(({ status }) => status).join());
      await change(OLD, NEW);
      expect(await sessionsOf()).toEqual([id(500)]);
      await enter(NEW);
      // A counted attempt of a function that died stays counted until its window ends.
      expect(await dependencies.credentials.credentialsOf(alice.email)).toMatchObject({ changes: 1 });
      if (cut === undefined) break;
      expect(cut).toBeInstanceOf(Killed);
    }
    expect([...outcomes].sort()).toEqual(['fulfilled,rejected', 'rejected,fulfilled']);
  });

  it('is finished by its own session only', async () => {
    const { change, enter } = await account();
    await change(OLD, NEW);
    await enter(NEW);
    expect(await rejection(change(OLD, NEW, id(503)))).toEqual(WRONG);
    await change(OLD, NEW, id(500));
  });

  it('counts the new password as an attempt of its own', async () => {
    const { change, clock, verified } = await account();
    await change(OLD, NEW);
    clock.pass(60_000);
    verified.length = 0;
    for (let i = 0; i < 8; i += 1) await rejection(change(`${OTHER} ${i}`, `${NEW} ${i}`));
    expect(verified).toHaveLength(10);
  });
});

describe('a change of the password beside', () => {
  it('a new hash of the same password, which a log-in stored, tries again', async () => {
    const { change, dependencies, enter } = await account();
    const { credentials } = dependencies;
    let isFirst = true;
    dependencies.credentials = {
      ...credentials,
      async changePassword(...change) {
        if (isFirst) await credentials.replaceHash(alice.email, `0: ${OLD}`, `costly: ${OLD}`);
        isFirst = false;
        return credentials.changePassword(...change);
      },
    };
    await change(OLD, NEW);
    await enter(NEW);
  });

  it('another one lets one win, and the other has a wrong password', async () => {
    const { change, enter, sessionsOf } = await account();
    const outcomes = await Promise.allSettled([change(OLD, NEW, id(500)), change(OLD, OTHER, id(501))]);
    const [lost] = outcomes.filter((one) => one.status === 'rejected');
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(lost?.reason.code).toBe('wrong_password');
    const isFirst = outcomes[0]?.status === 'fulfilled';
    expect(await sessionsOf()).toEqual([id(isFirst ? 500 : 501)]);
    await enter(isFirst ? NEW : OTHER);
  });

  it('the end of its own session still ends all others', async () => {
    const { change, dependencies, sessionsOf, clock } = await account();
    await dependencies.sessions.remove(alice.id, id(500), clock.now());
    await change(OLD, NEW);
    expect(await sessionsOf()).toEqual([]);
  });

  it('log-ins, in whatever order their steps come, leaves no session of the old password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { change, dependencies, sessionsOf, enter } = await account();
        const { credentials, sessions } = dependencies;
        dependencies.credentials = {
          ...credentials,
          credentialsOf: scheduler.scheduleFunction(credentials.credentialsOf),
          changePassword: scheduler.scheduleFunction(credentials.changePassword),
        };
        dependencies.sessions = {
          ...sessions,
          create: scheduler.scheduleFunction(sessions.create),
          of: scheduler.scheduleFunction(sessions.of),
          remove: scheduler.scheduleFunction(sessions.remove),
        };
        const done = Promise.allSettled([change(OLD, NEW), enter(OLD), enter(OLD)]);
        await scheduler.waitFor(done);
        expect((await done)[0]).toMatchObject({ status: 'fulfilled' });
        dependencies.sessions = sessions;
        expect(await sessionsOf()).toEqual([id(500)]);
      }),
      { numRuns: 60 },
    );
  });
});

it('a new password that was stolen elsewhere is refused, and the present one stays', async () => {
  const { change, dependencies, enter } = await account();
  Object.assign(dependencies, { breaches: { includes: async (password: string) => password === NEW } });
  expect(await rejection(change(OLD, NEW))).toMatchObject({
    code: 'validation_failed',
    errors: { new_password: ['This password was stolen from another service.'] },
  });
  await enter(OLD);
});
