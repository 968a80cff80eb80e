import { describe, expect, it } from 'vitest';
import { checkPassword } from '../../../../functions/core/accounts/check-password.ts';
import { frozenClock } from '../../support/clock.ts';
import { alice } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const credentials = { userId: alice.id, passwordHash: 'hash of good' };

/** A login form with a memory for failures; hashes here are readable. */
function login() {
  const clock = frozenClock();
  const verified: string[] = [];
  let window: { failures: number; windowEnds: Date } | undefined;
  const dependencies = {
    credentials: {
      credentialsOf: async (email: string) => (email === 'alice@example.org' ? credentials : undefined),
    },
    attempts: {
      of: async (_: string, now: Date) => (window && window.windowEnds > now ? window : undefined),
      add: async (_: string, now: Date, windowEnds: Date) => {
        const isOpen = window && window.windowEnds > now;
        window =
          isOpen && window ? { ...window, failures: window.failures + 1 } : { failures: 1, windowEnds };
      },
      clear: async () => {
        window = undefined;
      },
    },
    passwords: {
      verify: async (password: string, hash: string) => {
        verified.push(hash);
        return hash === `hash of ${password}`;
      },
    },
    decoyHash: 'hash of nothing',
    now: clock.now,
  };
  const attempt = (password: string, email = 'alice@example.org') =>
    checkPassword(dependencies, email, password);
  return { attempt, verified, clock, window: () => window };
}

async function fail(times: number, { attempt }: ReturnType<typeof login>) {
  for (let i = 0; i < times; i += 1)
    expect(await rejection(attempt('bad'))).toEqual({ code: 'wrong_credentials' });
}

describe('checking a password', () => {
  it('finds whose it is', async () => {
    expect(await login().attempt('good')).toEqual(credentials);
  });

  it('does not tell a wrong password from an unknown email', async () => {
    const { attempt } = login();
    const [wrong, unknown] = await Promise.allSettled([
      attempt('bad'),
      attempt('good', 'nobody@example.org'),
    ]);
    expect(wrong).toEqual(unknown);
    expect(wrong.status).toBe('rejected');
  });

  it('verifies a decoy for an unknown email, so that its answer takes as long', async () => {
    const form = login();
    await rejection(form.attempt('good', 'nobody@example.org'));
    expect(form.verified).toEqual(['hash of nothing']);
  });

  it('never lets anybody in by the password of the decoy', async () => {
    const form = login();
    expect(await rejection(form.attempt('nothing', 'nobody@example.org'))).toEqual({
      code: 'wrong_credentials',
    });
  });

  it('stops after ten wrong passwords, and says for how long', async () => {
    const form = login();
    await fail(10, form);
    form.clock.pass(20_500);
    expect(await rejection(form.attempt('good'))).toEqual({ code: 'too_many_attempts', retryAfter: 40 });
    expect(form.verified).toHaveLength(10);
  });

  it('says at least one second', async () => {
    const form = login();
    await fail(10, form);
    form.clock.pass(59_999);
    expect(await rejection(form.attempt('good'))).toEqual({ code: 'too_many_attempts', retryAfter: 1 });
  });

  it('lets in again when the window is over', async () => {
    const form = login();
    await fail(10, form);
    form.clock.pass(60_000);
    expect(await form.attempt('good')).toEqual(credentials);
  });

  it('counts the attempts at an unknown email as well', async () => {
    const form = login();
    for (let i = 0; i < 10; i += 1) await rejection(form.attempt('x', 'nobody@example.org'));
    expect(await rejection(form.attempt('x', 'nobody@example.org'))).toEqual({
      code: 'too_many_attempts',
      retryAfter: 60,
    });
  });

  it('forgets the failures on success', async () => {
    const form = login();
    await fail(9, form);
    await form.attempt('good');
    expect(form.window()).toBeUndefined();
    await fail(9, form);
    expect(await form.attempt('good')).toEqual(credentials);
  });

  it('begins the window with the first failure, and does not extend it', async () => {
    const form = login();
    await fail(1, form);
    form.clock.pass(30_000);
    await fail(1, form);
    expect(form.window()).toEqual({ failures: 2, windowEnds: new Date('2026-11-23T12:01:00.000Z') });
  });
});
