import { expect, it } from 'vitest';
import { isAllowedOrigin } from '../../../functions/protocol/handshake.ts';

const list = ['https://app.example', 'http://localhost:3000'];
const ownHost = 'Chat.Example';

it.each([
  ['https://app.example', true],
  ['http://localhost:3000', true],
  ['https://chat.example', true],
  [undefined, true],
  ['https://evil.example', false],
  ['https://app.example.evil.example', false],
  ['https://chat.example.evil.example', false],
  ['https://chat.example:8443', false],
  ['http://app.example', false],
  ['null', false],
  ['', false],
  ['garbage', false],
])('with a list, a page of the origin %j may open a socket: %j', (origin, isAllowed) => {
  expect(isAllowedOrigin(origin, { list, ownHost })).toBe(isAllowed);
});

it('without a list, a page of any origin may', () => {
  expect(isAllowedOrigin('https://evil.example', { list: [], ownHost })).toBe(true);
});

it('without a host of its own, only the list counts', () => {
  expect(isAllowedOrigin('https://chat.example', { list, ownHost: undefined })).toBe(false);
});
