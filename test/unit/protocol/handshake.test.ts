import { describe, expect, it } from 'vitest';
import {
  bearerToken,
  handshakeToken,
  header,
  isAllowedOrigin,
  offeredSubprotocols,
} from '../../../functions/protocol/handshake.ts';

describe('a bearer token', () => {
  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER   a.b.c', 'Bearer a.b.c  '])(
    'is read from %j',
    (authorization) => {
      expect(bearerToken(authorization)).toBe('a.b.c');
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'a.b.c',
    'Basic YTpi',
    'Bearer a b',
    'Bearera.b.c',
    'Token a.b.c',
    ' Bearer a',
  ])('is not in %j', (authorization) => {
    expect(bearerToken(authorization)).toBeUndefined();
  });

  it('is found quickly in a header of any length', () => {
    const before = performance.now();
    expect(bearerToken(`Bearer ${' '.repeat(100_000)}`)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('the token of a handshake', () => {
  it.each([
    ['the header', 'Bearer a.b.c', undefined, 'a.b.c'],
    ['the subprotocol beside `parley`', undefined, 'parley, a.b.c', 'a.b.c'],
    ['the subprotocol before `parley`', undefined, 'a.b.c,parley', 'a.b.c'],
    ['the header rather than the subprotocol', 'Bearer a.b.c', 'parley, d.e.f', 'a.b.c'],
    ['the subprotocol when the header holds none', 'Basic YTpi', 'parley, d.e.f', 'd.e.f'],
    ['nowhere when `parley` is offered alone', undefined, 'parley', undefined],
    ['nowhere when `parley` is not offered', undefined, 'a.b.c', undefined],
    ['nowhere when neither is sent', undefined, undefined, undefined],
  ])('comes from %s', (_, authorization, subprotocols, token) => {
    expect(handshakeToken({ authorization, subprotocols })).toBe(token);
  });
});

it('offered subprotocols are split at commas, without blanks and empty names', () => {
  expect(offeredSubprotocols(' parley ,, a.b.c,')).toEqual(['parley', 'a.b.c']);
  expect(offeredSubprotocols(undefined)).toEqual([]);
});

it('a header is found in any letter case', () => {
  expect(header({ 'SEC-WebSocket-Protocol': 'parley' }, 'sec-websocket-protocol')).toBe('parley');
  expect(header({ origin: 'x' }, 'sec-websocket-protocol')).toBeUndefined();
  expect(header(null, 'origin')).toBeUndefined();
});

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

it('without a list of origins, a page of any origin may open a socket', () => {
  expect(isAllowedOrigin('https://evil.example', { list: [], ownHost })).toBe(true);
});

it('without a known host, only the list of origins counts', () => {
  expect(isAllowedOrigin('https://chat.example', { list, ownHost: undefined })).toBe(false);
});
