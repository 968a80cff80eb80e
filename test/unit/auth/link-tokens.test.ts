import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { linkTokens } from '../../../functions/auth/link-tokens.ts';
import { id } from '../support/people.ts';

it('a link’s token names its account, has 256 random bits, and is stored as their SHA-256', () => {
  const sizes: number[] = [];
  const { issue, read } = linkTokens((size) => {
    sizes.push(size);
    return randomBytes(size);
  });
  const { token, hash } = issue(id(1));
  const [userId, secret = ''] = token.split('.');
  expect(userId).toBe(id(1));
  expect(sizes).toEqual([32]);
  expect(hash).toBe(createHash('sha256').update(secret).digest('base64url'));
  expect(read(token)).toEqual({ userId: id(1), hash });
  expect(issue(id(1)).token).not.toBe(token);
});

it.each([
  '',
  '.',
  id(1),
  `${id(1)}.`,
  `${id(1)}.${'x'.repeat(42)}`,
  `${id(1)}.${'x'.repeat(44)}`,
  `${id(1)}.${'x'.repeat(42)}~`,
  `${id(1)}.${'x'.repeat(43)}.`,
  `${id(1)}#LINK.${'x'.repeat(43)}`,
  `${'x'.repeat(36)}.${'x'.repeat(43)}`,
])('%j is no token of a link', (text) => {
  expect(linkTokens(randomBytes).read(text)).toBeUndefined();
});
