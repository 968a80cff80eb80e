import { describe, expect, it } from 'vitest';
import { decoyHash, passwordHasher } from '../../../functions/auth/passwords.ts';

const { hash, verify } = passwordHasher(4);

describe('a password', () => {
  it('matches its own hash, and no other password does', async () => {
    const hashed = await hash('down the rabbit hole');
    expect(await verify('down the rabbit hole', hashed)).toBe(true);
    expect(await verify('Down the rabbit hole', hashed)).toBe(false);
    expect(await verify('', hashed)).toBe(false);
  });

  it('has a different hash each time, because of the salt', async () => {
    const [a, b] = await Promise.all([hash('down the rabbit hole'), hash('down the rabbit hole')]);
    expect(a).not.toBe(b);
  });

  it.each([
    ['counts whole, also behind its 72nd byte', '語'.repeat(24), `${'語'.repeat(24)}x`],
    ['of any length is told from another', 'x'.repeat(4096), `${'x'.repeat(4095)}y`],
    ['does not pass by one that it repeats', 'ab\0ab\0ab\0ab', 'ab'],
    ['does not end at a NUL', 'down the\0rabbit hole', 'down the'],
    ['is not empty when it begins with a NUL', '\0rabbit hole', ''],
  ])('%s', async (_, password, other) => {
    const hashed = await hash(password);
    expect(await verify(password, hashed)).toBe(true);
    expect(await verify(other, hashed)).toBe(false);
    expect(await verify(password, await hash(other))).toBe(false);
  });
});

it('a hash is outdated if new ones cost more', async () => {
  const hashed = await hash('down the rabbit hole');
  expect([3, 4, 5, 13].map((cost) => passwordHasher(cost).isOutdated(hashed))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

it.each([4, 10])(
  'the decoy of cost %i costs as much as a true hash, so that its answer takes as long',
  async (cost) => {
    const costOf = (hashed: string) => hashed.slice(0, '$2b$10$'.length);
    const decoy = decoyHash(cost);
    expect(costOf(decoy)).toBe(costOf(await passwordHasher(cost).hash('any')));
    expect(await verify('', decoy)).toBe(false);
  },
);
