import { describe, expect, it } from 'vitest';
import {
  bearerToken,
  handshakeToken,
  header,
  headerValues,
  isAllowedOrigin,
  offeredSubprotocols,
  ownOrigin,
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

it('a header that is sent several times has several values', () => {
  const headers = { Origin: ['https://a.example', 'https://b.example'], origin: ['null'], Host: ['x'] };
  expect(headerValues(headers, 'origin')).toEqual(['https://a.example', 'https://b.example', 'null']);
  expect(headerValues(null, 'origin')).toEqual([]);
});

it.each([
  [{ 'X-Viewer-Host': 'chat.example', Host: 'api.example' }, 'https://chat.example'],
  [{ 'x-viewer-host': 'Chat.Example', 'X-Forwarded-Proto': 'https' }, 'https://chat.example'],
  [{ Host: 'api.example' }, 'https://api.example'],
  [{ Host: 'localhost:8000', 'X-Forwarded-Proto': 'http' }, 'http://localhost:8000'],
  [{ Host: 'chat.example:443' }, 'https://chat.example'],
  [{ Host: 'chat.example:80', 'X-Forwarded-Proto': 'http' }, 'http://chat.example'],
  [{ Host: 'chat.example', 'X-Forwarded-Proto': 'gopher' }, 'https://chat.example'],
  [{ Host: 'chat.example.' }, 'https://chat.example.'],
  [{ Host: 'пример.example' }, 'https://xn--e1afmkfd.example'],
  [{ Host: '[::1]:8000', 'X-Forwarded-Proto': 'http' }, 'http://[::1]:8000'],
  [{ Host: 'no host' }, undefined],
  [{ Host: '' }, undefined],
  [{}, undefined],
])('the own origin by the headers %j is %j', (headers, own) => {
  expect(ownOrigin(headers)).toBe(own);
});

const list = ['https://app.example', 'http://localhost:3000'];
const own = 'https://chat.example';

describe.each([
  ['with a list', list],
  ['without a list', []],
])('%s of origins, a page may open a socket if it is', (_what, listed) => {
  const isListed = listed.length > 0;

  it.each([
    ['of the site itself', own, true],
    ['no page', undefined, true],
    ['listed', 'https://app.example', isListed],
    ['listed with a port', 'http://localhost:3000', isListed],
    ['of another site', 'https://evil.example', false],
    ['of a longer name', 'https://chat.example.evil.example', false],
    ['of a name that ends alike', 'https://evilchat.example', false],
    ['of a subdomain', 'https://www.chat.example', false],
    ['of another port', 'https://chat.example:8443', false],
    ['of the same port, written out', 'https://chat.example:443', false],
    ['of the site without TLS', 'http://chat.example', false],
    ['of a listed one without TLS', 'http://app.example', false],
    ['of a listed name on another port', 'http://localhost:3001', false],
    ['of another scheme', 'chrome-extension://chat.example', false],
    ['of the name with a dot at its end', 'https://chat.example.', false],
    ['of the name in capitals, which no browser sends', 'https://CHAT.example', false],
    ['of a path', 'https://chat.example/', false],
    ['of a user', 'https://chat.example@evil.example', false],
    ['of an opaque origin', 'null', false],
    ['of none', '', false],
    ['garbage', 'garbage', false],
    ['of a list of origins', 'https://chat.example, https://chat.example', false],
    ['of a list of origins by spaces', 'https://chat.example https://evil.example', false],
  ])('%s (%j): %j', (_which, origin, isAllowed) => {
    expect(isAllowedOrigin(origin === undefined ? [] : [origin], { list: listed, own })).toBe(isAllowed);
  });

  it('one, and not several', () => {
    expect(isAllowedOrigin([own, own], { list: listed, own })).toBe(false);
    expect(isAllowedOrigin([own, 'https://evil.example'], { list: listed, own })).toBe(false);
  });
});

it('a name in Unicode counts in its ASCII form, as browsers send it', () => {
  const unicode = { list: [], own: ownOrigin({ Host: 'xn--e1afmkfd.example' }) };
  expect(isAllowedOrigin(['https://xn--e1afmkfd.example'], unicode)).toBe(true);
  expect(isAllowedOrigin(['https://пример.example'], unicode)).toBe(false);
});

it('without a known host, only the list of origins counts', () => {
  expect(isAllowedOrigin([own], { list, own: undefined })).toBe(false);
  expect(isAllowedOrigin(['https://app.example'], { list, own: undefined })).toBe(true);
});
