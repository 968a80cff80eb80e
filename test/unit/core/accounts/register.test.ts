import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../functions/core/accounts/account.ts';
import { type Registration, register } from '../../../../functions/core/accounts/register.ts';
import { frozenClock } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice, countingIds } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { withoutBreaches } from '../../support/without-breaches.ts';

const registration: Registration = {
  email: 'Alice@Example.org',
  username: 'Alice',
  firstName: 'Alice',
  lastName: 'Liddell',
  password: 'down the rabbit hole',
  passwordAgain: 'down the rabbit hole',
};

function tryToRegister(
  changes: Partial<Registration> = {},
  create: () => Promise<('email' | 'username')[]> = async () => [],
  breached: readonly string[] = [],
) {
  const stored: [Account, string][] = [];
  const hashed: string[] = [];
  const noted = noting();
  const result = register(
    {
      accounts: {
        create: (account, hash) => {
          stored.push([account, hash]);
          return create();
        },
      },
      passwords: {
        hash: async (password) => {
          hashed.push(password);
          return `hash of ${password}`;
        },
      },
      ...withoutBreaches,
      breaches: { includes: async (password: string) => breached.includes(password) },
      audit: noted.audit,
      newId: countingIds(1),
      now: frozenClock().now,
    },
    { ...registration, ...changes },
  );
  return { result, stored, hashed, noted: noted.events };
}

describe('registering', () => {
  it('is noted, and a refusal is not: no account is there', async () => {
    const done = tryToRegister();
    const { id } = await done.result;
    expect(done.noted).toEqual([`registered of ${id}`]);
    for (const refused of [tryToRegister({}, async () => ['email']), tryToRegister({ password: 'short' })]) {
      await refused.result.catch(() => {});
      expect(refused.noted).toEqual([]);
    }
  });

  it('stores the account as it was written, beside a hash of the password', async () => {
    const { result, stored } = tryToRegister();
    expect(await result).toEqual(alice);
    expect(stored).toEqual([[alice, 'hash of down the rabbit hole']]);
  });

  it('never makes a user staff', async () => {
    const { result } = tryToRegister({ staff: true } as Partial<Registration>);
    expect((await result).staff).toBe(false);
  });

  it('refuses two different passwords before it hashes or stores anything', async () => {
    const { result, stored, hashed } = tryToRegister({ passwordAgain: 'down the rabbit hule' });
    expect(await rejection(result)).toEqual({
      code: 'validation_failed',
      errors: { password2: ['The two passwords differ.'] },
    });
    expect({ stored, hashed }).toEqual({ stored: [], hashed: [] });
  });

  it('normalizes both passwords to NFC before it checks, compares and hashes them', async () => {
    const { result, hashed } = tryToRegister({
      password: 'crème brûlée'.normalize('NFD'),
      passwordAgain: 'crème brûlée'.normalize('NFC'),
    });
    await result;
    expect(hashed).toEqual(['crème brûlée'.normalize('NFC')]);
    const four = 'éèêë'.normalize('NFD');
    expect(await rejection(tryToRegister({ password: four, passwordAgain: four }).result)).toMatchObject({
      errors: { password: ['Must have at least 8 characters.'] },
    });
    const longest = 'é'.repeat(256).normalize('NFD');
    await tryToRegister({ password: longest, passwordAgain: longest }).result;
  });

  it('names every fault of a password at once', async () => {
    const { result } = tryToRegister({ password: 'alice', passwordAgain: 'Alice' });
    expect(await rejection(result)).toEqual({
      code: 'validation_failed',
      errors: {
        password: ['Must have at least 8 characters.', 'Must not contain the username.'],
        password2: ['The two passwords differ.'],
      },
    });
  });

  it.each([
    [['email'] as const, { email: ['An account with this email exists already.'] }],
    [['username'] as const, { username: ['An account with this username exists already.'] }],
    [
      ['email', 'username'] as const,
      {
        email: ['An account with this email exists already.'],
        username: ['An account with this username exists already.'],
      },
    ],
  ])('names the fields that are taken: %j', async (taken, errors) => {
    const { result } = tryToRegister({}, async () => [...taken]);
    expect(await rejection(result)).toEqual({ code: 'validation_failed', errors });
  });
});

it('a password that was stolen elsewhere is refused, and nothing is stored', async () => {
  const { result, stored } = tryToRegister({}, undefined, [registration.password]);
  expect(await rejection(result)).toMatchObject({
    code: 'validation_failed',
    errors: { password: ['This password was stolen from another service.'] },
  });
  expect(stored).toEqual([]);
});
