import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { invitationTokens } from '../../../functions/auth/invitation-tokens.ts';
import { id } from '../support/people.ts';

const { issue, read } = invitationTokens(randomBytes);
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

it('the token of an invitation names its group, has 128 random bits, and is known by a part of their SHA-256', () => {
  const sizes: number[] = [];
  const tokens = invitationTokens((size) => {
    sizes.push(size);
    return randomBytes(size);
  });
  const { token, id: known } = tokens.issue(id(7));
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(sizes).toEqual([16]);
  const bytes = Buffer.from(token, 'base64url');
  expect(bytes.toString('hex', 0, 16)).toBe(id(7).replaceAll('-', ''));
  const hash = createHash('sha256').update(bytes.toString('base64url', 16)).digest('base64url');
  expect(known).toBe(hash.slice(0, 22));
  expect(tokens.read(token)).toEqual({ conversation: id(7), id: known });
  expect(tokens.issue(id(7)).token).not.toBe(token);
});

it('every id of a group can be read again', () => {
  fc.assert(
    fc.property(fc.uuid({ version: [4, 8] }), (conversation) => {
      const { token, id: known } = issue(conversation);
      expect(read(token)).toEqual({ conversation, id: known });
    }),
  );
});

it('a token with another character is another invitation, of another group, or none', () => {
  const { token, id: known } = issue(id(7));
  for (let at = 0; at < token.length; at += 1) {
    for (const character of BASE64URL) {
      if (character === token[at]) continue;
      const claim = read(token.slice(0, at) + character + token.slice(at + 1));
      expect(claim?.conversation === id(7) && claim.id === known).toBe(false);
    }
  }
});

const { token } = issue(id(7));

it.each([
  '',
  'x',
  id(7),
  token.slice(1),
  token.slice(0, -1),
  `${token}A`,
  `${token}=`,
  ` ${token}`,
  `${token}\n`,
  `${token.slice(0, -1)}+`,
  `${token.slice(0, -1)}é`,
  `${token.slice(0, -1)}\0`,
  encodeURIComponent(`${token.slice(0, -3)}+`),
  'x'.repeat(100_000),
  '🦀'.repeat(43),
])('%j is no token of an invitation', (text) => {
  expect(read(text)).toBeUndefined();
});
