import { describe, expect, it } from 'vitest';
import { DECOY_HASH, passwordHasher } from '../../../functions/auth/passwords.ts';

const { hash, verify } = passwordHasher;

describe('a password', () => {
  it('is known by its hash, and no other password is', async () => {
    const hashed = await hash('down the rabbit hole');
    expect(await verify('down the rabbit hole', hashed)).toBe(true);
    expect(await verify('Down the rabbit hole', hashed)).toBe(false);
    expect(await verify('', hashed)).toBe(false);
  });

  it('is salted: its hash is never the same', async () => {
    const [a, b] = await Promise.all([hash('down the rabbit hole'), hash('down the rabbit hole')]);
    expect(a).not.toBe(b);
  });

  it('of more than 72 bytes does not pass by its first 72', async () => {
    const longest = '語'.repeat(24);
    const hashed = await hash(longest);
    expect(await verify(longest, hashed)).toBe(true);
    expect(await verify(`${longest}x`, hashed)).toBe(false);
  });
});

it('the decoy costs as much as a true hash, so that its answer takes as long', async () => {
  const cost = (hashed: string) => hashed.slice(0, '$2b$10$'.length);
  expect(cost(DECOY_HASH)).toBe(cost(await hash('any')));
  expect(await verify('', DECOY_HASH)).toBe(false);
});
