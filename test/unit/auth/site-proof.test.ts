import fc from 'fast-check';
import { expect, it } from 'vitest';
import { siteProof } from '../../../functions/auth/site-proof.ts';

const SECRET = 'kZ3x9TqWnB7vR2mY8cL5dF1gH6jK4pS0aEuIoXyMwQz';
const isProof = siteProof(SECRET);

it('only the secret itself is a proof', () => {
  expect(isProof(SECRET)).toBe(true);
  for (const other of [
    undefined,
    '',
    ` ${SECRET}`,
    `${SECRET},${SECRET}`,
    SECRET.slice(1),
    SECRET.toLowerCase(),
  ])
    expect(isProof(other), String(other)).toBe(false);
});

it('no other text is a proof, of any length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200, size: 'max' }), (text) => {
      fc.pre(text !== SECRET);
      expect(isProof(text)).toBe(false);
    }),
  );
});
