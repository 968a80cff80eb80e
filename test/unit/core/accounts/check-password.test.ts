import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesOf, type TriedFrom } from '../../../../functions/core/accounts/attempts.ts';
import { checkPassword } from '../../../../functions/core/accounts/check-password.ts';
import { loginAttempts } from '../../../../functions/storage/counters.ts';
import { knownDevices } from '../../../../functions/storage/devices.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { frozenClock } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const credentials = { userId: alice.id, passwordHash: 'hash of good', changes: 0 };

/** A login form over a table in memory; hashes here are readable, and take a turn of the event loop. */
function login({ isOutdated = false } = {}) {
  const hashes: [email: string, former: string, next: string][] = [];
  const clock = frozenClock();
  const noted = noting();
  const verified: { readonly password: string; readonly hash: string }[] = [];
  const { table, commands } = memoryTable();
  const dependencies = {
    credentials: {
      credentialsOf: async (email: string) => (email === 'alice@example.org' ? credentials : undefined),
      replaceHash: async (...replaced: [email: string, former: string, next: string]) =>
        void hashes.push(replaced),
    },
    attempts: loginAttempts(table),
    devices: knownDevices(table),
    wrongPasswords: 10,
    wrongPasswordsPerAddress: 100,
    passwords: {
      verify: async (password: string, hash: string) => {
        verified.push({ password, hash });
        await setImmediate();
        return hash === `hash of ${password}`;
      },
      hash: async (password: string) => `costly hash of ${password}`,
      isOutdated: () => isOutdated,
    },
    decoyHash: 'hash of nothing',
    audit: noted.audit,
    now: clock.now,
    random: () => 0.5,
    wait: () => setImmediate(),
  };
  const attempt = (password: string, email = 'alice@example.org', from: TriedFrom = {}) =>
    checkPassword(dependencies, email, password, from);
  /** The outcome of each of these passwords, sent at the same moment. */
  const atOnce = async (passwords: readonly string[], email?: string) =>
    (await Promise.allSettled(passwords.map((password) => attempt(password, email)))).map((outcome) =>
      outcome.status === 'fulfilled' ? 'in' : outcome.reason.code,
    );
  /** Alice has logged in there before. */
  const isKnown = (from: TriedFrom) => dependencies.devices.remember(alice.id, namesOf(from), clock.now());
  return { attempt, atOnce, verified, hashes, clock, commands, noted: noted.events, isKnown, dependencies };
}

async function fail(times: number, { attempt }: ReturnType<typeof login>) {
  for (let i = 0; i < times; i += 1)
    expect(await rejection(attempt('bad'))).toEqual({ code: 'wrong_credentials' });
}

describe('the password check', () => {
  it('finds the account of the password', async () => {
    expect(await login().attempt('good')).toEqual(credentials);
  });

  it('replaces a hash that is cheaper than new ones, once the password is known', async () => {
    const form = login({ isOutdated: true });
    await rejection(form.attempt('bad'));
    await rejection(form.attempt('good', 'nobody@example.org'));
    expect(form.hashes).toEqual([]);
    expect(await form.attempt('good')).toEqual({ ...credentials, passwordHash: 'costly hash of good' });
    expect(form.hashes).toEqual([['alice@example.org', 'hash of good', 'costly hash of good']]);
  });

  it('leaves a hash that costs as much as new ones', async () => {
    const form = login();
    await form.attempt('good');
    expect(form.hashes).toEqual([]);
  });

  it('normalizes the password to NFC', async () => {
    const form = login();
    await rejection(form.attempt('é'.normalize('NFD')));
    await rejection(form.attempt('é'.normalize('NFC')));
    expect(form.verified.map(({ password }) => password)).toEqual(['\u00e9', '\u00e9']);
  });

  it('notes each wrong password, and attempts beyond the limit, with the account if there is one', async () => {
    for (const [email, who] of [
      ['alice@example.org', alice.id],
      ['nobody@example.org', 'nobody'],
    ] as const) {
      const form = login();
      for (let i = 0; i < 12; i += 1) await rejection(form.attempt('bad', email));
      expect(form.noted).toEqual([
        ...Array(10).fill(`wrong_password of ${who}`),
        ...Array(2).fill(`attempts_limited of ${who}`),
      ]);
    }
  });

  it('notes no right password: whoever asks knows what it was for', async () => {
    const form = login();
    await form.attempt('good');
    expect(form.noted).toEqual([]);
  });

  it('gives the same error for a wrong password and for an unknown email', async () => {
    const { attempt } = login();
    const [wrong, unknown] = await Promise.allSettled([
      attempt('bad'),
      attempt('good', 'nobody@example.org'),
    ]);
    expect(wrong).toEqual(unknown);
    expect(wrong.status).toBe('rejected');
  });

  it('verifies a decoy for an unknown email, so that the answer takes as long', async () => {
    const form = login();
    await rejection(form.attempt('good', 'nobody@example.org'));
    expect(form.verified).toEqual([{ password: 'good', hash: 'hash of nothing' }]);
  });

  it('never accepts the password of the decoy', async () => {
    const form = login();
    expect(await rejection(form.attempt('nothing', 'nobody@example.org'))).toEqual({
      code: 'wrong_credentials',
    });
  });

  it('locks after ten wrong passwords and tells for how long', async () => {
    const form = login();
    await fail(10, form);
    form.clock.pass(20_500);
    expect(await rejection(form.attempt('good'))).toEqual({ code: 'too_many_attempts', retryAfter: 40 });
    expect(form.verified).toHaveLength(10);
  });

  it('locks for at least one second', async () => {
    const form = login();
    await fail(10, form);
    form.clock.pass(59_999);
    expect(await rejection(form.attempt('good'))).toEqual({ code: 'too_many_attempts', retryAfter: 1 });
  });

  it('accepts a password again after the window has ended', async () => {
    const form = login();
    await fail(10, form);
    form.clock.pass(60_000);
    expect(await form.attempt('good')).toEqual(credentials);
  });

  it('counts attempts for an unknown email, too', async () => {
    const form = login();
    for (let i = 0; i < 10; i += 1) await rejection(form.attempt('x', 'nobody@example.org'));
    expect(await rejection(form.attempt('x', 'nobody@example.org'))).toEqual({
      code: 'too_many_attempts',
      retryAfter: 60,
    });
  });

  it('does not count a right password', async () => {
    const form = login();
    await fail(9, form);
    for (let i = 0; i < 20; i += 1) expect(await form.attempt('good')).toEqual(credentials);
  });

  it('keeps the count of failures after a right password, so that logins of the owner do not help an attacker', async () => {
    const form = login();
    await fail(9, form);
    await form.attempt('good');
    await fail(1, form);
    expect(await rejection(form.attempt('good'))).toMatchObject({ code: 'too_many_attempts' });
  });

  it('starts the window at the first failure and does not extend it', async () => {
    const form = login();
    await fail(1, form);
    form.clock.pass(30_000);
    await fail(9, form);
    expect(await rejection(form.attempt('good'))).toEqual({ code: 'too_many_attempts', retryAfter: 30 });
  });

  it('takes the same steps for a wrong password and for an unknown email', async () => {
    const [wrong, unknown] = [login(), login()];
    await rejection(wrong.attempt('bad'));
    await rejection(unknown.attempt('bad', 'nobody@example.org'));
    expect(unknown.commands).toEqual(wrong.commands);
  });
});

describe('many concurrent passwords', () => {
  const times = (count: number, password: string) => Array.from({ length: count }, () => password);

  it.each([
    ['an account', 'alice@example.org'],
    ['an email without one', 'nobody@example.org'],
  ])('are hashed at most as often as the limit allows, for %s', async (_, email) => {
    const form = login();
    const outcomes = await form.atOnce(times(200, 'bad'), email);
    expect(form.verified).toHaveLength(10);
    expect(outcomes.toSorted()).toEqual([
      ...times(190, 'too_many_attempts'),
      ...times(10, 'wrong_credentials'),
    ]);
  });

  it('are waited for up to four times, for 0.75 to 1.5 seconds in all, and then refused', async () => {
    for (const [random, all] of [
      [0, 750],
      [0.5, 1_125],
      [1, 1_500],
    ] as const) {
      const form = login();
      const waits: number[] = [];
      form.dependencies.random = () => random;
      form.dependencies.wait = async (...[milliseconds]: number[]) => void waits.push(milliseconds ?? 0);
      // They never end.
      form.dependencies.passwords.verify = () => new Promise(() => {});
      for (let n = 0; n < 10; n += 1) void form.attempt('bad');
      expect(await rejection(form.attempt('good'))).toMatchObject({ code: 'too_many_attempts' });
      expect(waits).toHaveLength(4);
      expect(waits.reduce((sum, one) => sum + one, 0)).toBe(all);
      expect(waits[3]).toBe((waits[0] ?? 0) * 8);
    }
  });

  it('are not waited for once all of them were wrong', async () => {
    const form = login();
    await fail(10, form);
    const waits: unknown[] = [];
    form.dependencies.wait = async (...wait: unknown[]) => void waits.push(wait);
    await rejection(form.attempt('good'));
    expect(waits).toEqual([]);
  });

  it('start one window after the previous one has ended', async () => {
    const form = login();
    await form.atOnce(times(20, 'bad'));
    form.clock.pass(60_000);
    await form.atOnce(times(200, 'bad'));
    expect(form.verified).toHaveLength(20);
  });

  it('are accepted for an owner who logs in on many devices', async () => {
    expect(await login().atOnce(times(40, 'good'))).toEqual(times(40, 'in'));
  });

  it('include no more hashed wrong ones than the limit, whatever right ones are among them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('good', 'bad'), { maxLength: 40 }), { maxLength: 4 }),
        async (bursts) => {
          const form = login();
          for (const burst of bursts) await form.atOnce(burst);
          expect(form.verified.filter(({ password }) => password === 'bad').length).toBeLessThanOrEqual(10);
        },
      ),
    );
  });
});

describe('who goes on guessing', () => {
  /** The seconds that each of these windows of wrong passwords lasts. */
  async function windows(count: number, form = login(), perWindow = 10) {
    const seconds: number[] = [];
    for (let i = 0; i < count; i += 1) {
      for (let n = 0; n < perWindow; n += 1) await rejection(form.attempt('bad'));
      if (perWindow < 10) form.clock.pass(60_000);
      else {
        const { retryAfter } = (await rejection(form.attempt('bad'))) as { retryAfter: number };
        seconds.push(retryAfter);
        form.clock.pass(retryAfter * 1_000);
      }
    }
    return seconds;
  }

  it('waits twice as long each time, up to an hour', async () => {
    expect(await windows(9)).toEqual([60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
  });

  it('waits longer, too, with five wrong passwords in each window, and not with four', async () => {
    const five = login();
    await windows(1, five, 5);
    expect(await windows(1, five)).toEqual([120]);
    const four = login();
    await windows(1, four, 4);
    expect(await windows(1, four)).toEqual([60]);
  });

  it('waits a minute again after an hour without wrong passwords', async () => {
    const form = login();
    await windows(3, form);
    form.clock.pass(3_600_000);
    expect(await windows(1, form)).toEqual([60]);
  });

  it('waits half as long after a window with few of them', async () => {
    const form = login();
    await windows(4, form);
    await rejection(form.attempt('bad'));
    form.clock.pass(3_600_000 - 1_000);
    expect(await windows(1, form)).toEqual([480]);
  });
});

describe('an address of the Internet', () => {
  const HERE = '192.0.2.1';
  const emailOf = (n: number) => `nobody${n}@example.org`;

  it('gets no further than a hundred wrong passwords, whatever the e-mail addresses', async () => {
    const form = login();
    const tries = Array.from({ length: 120 }, (_, n) => form.attempt('bad', emailOf(n), { address: HERE }));
    const outcomes = (await Promise.allSettled(tries)).map(
      (one) => one.status === 'rejected' && one.reason.code,
    );
    expect(outcomes.filter((code) => code === 'wrong_credentials')).toHaveLength(100);
    expect(form.verified).toHaveLength(100);
    expect(await rejection(form.attempt('good', 'alice@example.org', { address: HERE }))).toMatchObject({
      code: 'too_many_attempts',
    });
    expect(await form.attempt('good', 'alice@example.org', { address: '192.0.2.2' })).toEqual(credentials);
  });

  it('is one with its neighbours of the same IPv6 network', async () => {
    const form = login();
    for (let n = 0; n < 100; n += 1)
      await rejection(form.attempt('bad', emailOf(n), { address: `2001:db8::${n}` }));
    for (const [address, code] of [
      ['2001:db8:0:0:ffff::1', 'too_many_attempts'],
      ['2001:db8:0:1::1', 'wrong_credentials'],
    ])
      expect(await rejection(form.attempt('bad', emailOf(200), { address }))).toMatchObject({ code });
  });

  it('gets its attempts back for right passwords', async () => {
    const form = login();
    for (let n = 0; n < 150; n += 1)
      expect(await form.attempt('good', 'alice@example.org', { address: HERE })).toEqual(credentials);
  });

  it('does not count if it cannot be believed', async () => {
    const form = login();
    form.dependencies.wrongPasswordsPerAddress = undefined as never;
    for (let n = 0; n < 120; n += 1)
      expect(await rejection(form.attempt('bad', emailOf(n), { address: HERE }))).toMatchObject({
        code: 'wrong_credentials',
      });
  });
});

describe('the owner gets in while others guess,', () => {
  const DEVICE = 'kZ3x9TqWnB7vR2mY8cL5dF';
  const guessed = async (form: ReturnType<typeof login>) => {
    await fail(10, form);
    expect(await rejection(form.attempt('good'))).toMatchObject({ code: 'too_many_attempts' });
  };

  it.each([
    ['on a device that was in before', { deviceId: DEVICE }],
    ['from an address that they were in from before', { address: '192.0.2.7' }],
    ['from the same IPv6 network', { address: '2001:db8::7' }],
  ])('%s', async (_, from: TriedFrom) => {
    const form = login();
    await form.isKnown(from);
    await guessed(form);
    expect(await form.attempt('good', 'alice@example.org', from)).toEqual(credentials);
  });

  it('in a session, where they give the password again', async () => {
    const form = login();
    await guessed(form);
    expect(await form.attempt('good', 'alice@example.org', { sessionId: 'hers' })).toEqual(credentials);
  });

  it('on a known device at an address that is used up', async () => {
    const form = login();
    const from = { address: '192.0.2.7', deviceId: DEVICE };
    await form.isKnown(from);
    for (let n = 0; n < 100; n += 1) await rejection(form.attempt('bad', `nobody${n}@example.org`, from));
    expect(
      await rejection(form.attempt('good', 'alice@example.org', { address: from.address })),
    ).toMatchObject({
      code: 'too_many_attempts',
    });
    expect(await form.attempt('good', 'alice@example.org', from)).toEqual(credentials);
  });

  it('and a stranger does not, whatever device they claim', async () => {
    const form = login();
    await form.isKnown({ deviceId: DEVICE, address: '192.0.2.8' });
    await guessed(form);
    for (const from of [{ deviceId: `${DEVICE}x` }, { address: '192.0.2.7' }, {}])
      expect(await rejection(form.attempt('good', 'alice@example.org', from))).toMatchObject({
        code: 'too_many_attempts',
      });
  });

  it.each([
    ['on a known device', { deviceId: DEVICE }],
    ['in a session', { sessionId: 'hers' }],
  ])('as often as they like, %s', async (_, from: TriedFrom) => {
    const form = login();
    await form.isKnown(from);
    await guessed(form);
    for (let n = 0; n < 15; n += 1)
      expect(await form.attempt('good', 'alice@example.org', from)).toEqual(credentials);
  });

  it('with ten guesses more on that device, and not one more', async () => {
    const form = login();
    await form.isKnown({ deviceId: DEVICE });
    await guessed(form);
    form.verified.length = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => form.attempt('bad', 'alice@example.org', { deviceId: DEVICE })),
    );
    expect(form.verified).toHaveLength(10);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(100);
  });

  it('and a refusal takes the same steps for an address without an account', async () => {
    const [known, unknown] = [login(), login()];
    for (const [form, email] of [
      [known, 'alice@example.org'],
      [unknown, 'nobody@example.org'],
    ] as const)
      for (let n = 0; n < 11; n += 1)
        await rejection(form.attempt('bad', email, { deviceId: DEVICE, address: '192.0.2.7' }));
    expect(unknown.commands).toEqual(known.commands);
  });
});
