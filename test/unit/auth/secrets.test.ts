import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashOf, isSecret, newSecret } from '../../../functions/auth/secrets.ts';

it('a new secret has 256 random bits, and the form of one', () => {
  const sizes: number[] = [];
  const secret = newSecret((size) => {
    sizes.push(size);
    return randomBytes(size);
  });
  expect(sizes).toEqual([32]);
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  expect(isSecret(secret)).toBe(true);
});

it.each(['', 'x'.repeat(42), 'x'.repeat(44), `${'x'.repeat(42)}~`, `${'x'.repeat(43)}\n`])(
  '%j is no secret',
  (text) => {
    expect(isSecret(text)).toBe(false);
  },
);

it('a secret is stored as its SHA-256 (FIPS 180-4, the example "abc")', () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(Buffer.from(hashOf('abc'), 'base64url').toString('hex')).toBe(expected);
});
