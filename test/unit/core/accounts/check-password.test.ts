import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPassword } from '../../../../functions/core/accounts/check-password.ts';
import { loginAttempts } from '../../../../functions/storage/counters.ts';
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
    wrongPasswords: 10,
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
  const attempt = (password: string, email = 'alice@example.org') =>
    checkPassword(dependencies, email, password);
  /** The outcome of each of these passwords, sent at the same moment. */
  const atOnce = async (passwords: readonly string[], email?: string) =>
    (await Promise.allSettled(passwords.map((password) => attempt(password, email)))).map((outcome) =>
      outcome.status === 'fulfilled' ? 'in' : outcome.reason.code,
    );
  return { attempt, atOnce, verified, hashes, clock, commands, noted: noted.events };
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
