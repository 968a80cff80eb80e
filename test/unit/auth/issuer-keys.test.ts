import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { issuerKeys } from '../../../functions/auth/issuer-keys.ts';
import type { Issuer } from '../../../functions/core/issuers/issuer.ts';
import { frozenClock } from '../support/clock.ts';
import { rejection } from '../support/rejection.ts';

const publicKey = async (kid: string) => ({
  ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)),
  kid,
});
const [first, second] = await Promise.all([publicKey('first'), publicKey('second')]);

const MINUTE = 60_000;
const UNAVAILABLE = { code: 'issuer_unavailable', retryAfter: 5 };
const UNKNOWN = { code: 'ERR_JWKS_NO_MATCHING_KEY' };

function issuerWith(more: Partial<Issuer> = { jwks: 'https://login.example/keys' }) {
  const clock = frozenClock();
  const server = {
    asked: [] as string[],
    keys: [first] as unknown,
    isDown: false,
    discovery: { issuer: 'https://login.example/', jwks_uri: 'https://keys.example/jwks' } as unknown,
  };
  const fetchJson = async (url: string) => {
    server.asked.push(url);
    if (server.isDown) throw new Error('down');
    return url.endsWith('openid-configuration') ? server.discovery : { keys: server.keys };
  };
  const find = issuerKeys(
    { issuer: 'https://login.example/', algorithms: ['ES256'], ...more },
    { fetchJson, now: clock.now },
  );
  const of = async (kid: string): Promise<unknown> =>
    find({ alg: 'ES256', kid }, { payload: '', signature: '' });
  return { of, server, clock };
}

describe('the keys of an issuer', () => {
  it('are read once, for the first token, and again after five minutes', async () => {
    const { of, server, clock } = issuerWith();
    await of('first');
    clock.pass(5 * MINUTE - 1);
    await of('first');
    expect(server.asked).toEqual(['https://login.example/keys']);
    clock.pass(1);
    await of('first');
    expect(server.asked).toHaveLength(2);
  });

  it('are read again for an unknown key, but not within ten seconds', async () => {
    const { of, server, clock } = issuerWith();
    await of('first');
    server.keys = [second, first];
    expect(await rejection(of('second'))).toMatchObject(UNKNOWN);
    clock.pass(10_000);
    await of('second');
    await of('first');
    for (let i = 0; i < 20; i += 1) expect(await rejection(of(`made up ${i}`))).toMatchObject(UNKNOWN);
    expect(server.asked).toHaveLength(2);
  });

  it('are trusted no more once the issuer has withdrawn them', async () => {
    const { of, server, clock } = issuerWith();
    await of('first');
    server.keys = [second];
    clock.pass(5 * MINUTE);
    expect(await rejection(of('first'))).toMatchObject(UNKNOWN);
  });

  it('serve for an hour while the issuer does not answer, and no longer', async () => {
    const { of, server, clock } = issuerWith();
    await of('first');
    server.isDown = true;
    clock.pass(60 * MINUTE - 1);
    await of('first');
    clock.pass(1);
    expect(await rejection(of('first'))).toEqual(UNAVAILABLE);
  });

  it('may have changed while the issuer does not answer, so an unknown one is not the client’s mistake', async () => {
    const { of, server, clock } = issuerWith();
    await of('first');
    server.isDown = true;
    clock.pass(10_000);
    expect(await rejection(of('second'))).toEqual(UNAVAILABLE);
    await of('first');
  });

  it('are asked for every five seconds at most while the issuer does not answer', async () => {
    const { of, server, clock } = issuerWith();
    server.isDown = true;
    for (let i = 0; i < 10; i += 1) expect(await rejection(of('first'))).toEqual(UNAVAILABLE);
    clock.pass(4_999);
    expect(await rejection(of('first'))).toEqual(UNAVAILABLE);
    expect(server.asked).toHaveLength(1);
    clock.pass(1);
    server.isDown = false;
    await of('first');
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'keys'],
    ['an object', {}],
    ['101 of them', Array.from({ length: 101 }, () => first)],
    ['texts', ['key']],
    ['null', [null]],
  ])('that are %s make the issuer unavailable', async (_, keys) => {
    const { of, server } = issuerWith();
    server.keys = keys;
    expect(await rejection(of('first'))).toEqual(UNAVAILABLE);
  });
});

describe('the address of the keys', () => {
  it('comes from the discovery document if the settings do not name it', async () => {
    const { of, server } = issuerWith({});
    await of('first');
    expect(server.asked).toEqual([
      'https://login.example/.well-known/openid-configuration',
      'https://keys.example/jwks',
    ]);
  });

  it.each([
    ['of another issuer', { issuer: 'https://login.example', jwks_uri: 'https://keys.example/jwks' }],
    ['without an address', { issuer: 'https://login.example/' }],
    ['with an address that is none', { issuer: 'https://login.example/', jwks_uri: 'keys' }],
    ['with an address without TLS', { issuer: 'https://login.example/', jwks_uri: 'http://keys.example/' }],
    [
      'with its own address without TLS',
      { issuer: 'https://login.example/', jwks_uri: 'http://login.example/keys' },
    ],
    ['that names a file', { issuer: 'https://login.example/', jwks_uri: 'file:///etc/passwd' }],
    ['that is a list', []],
    ['that is null', null],
  ])('is not taken from a document %s', async (_, document) => {
    const { of, server } = issuerWith({});
    server.discovery = document;
    expect(await rejection(of('first'))).toEqual(UNAVAILABLE);
    expect(server.asked).toHaveLength(1);
  });

  it('may be without TLS on the issuer’s own host, for trials', async () => {
    const issuer = 'http://localhost:8080/realms/one';
    const { of, server } = issuerWith({ issuer });
    server.discovery = { issuer, jwks_uri: 'http://localhost:8080/keys' };
    await of('first');
    server.asked.length = 0;
    const other = issuerWith({ issuer });
    other.server.discovery = { issuer, jwks_uri: 'http://localhost:9090/keys' };
    expect(await rejection(other.of('first'))).toEqual(UNAVAILABLE);
  });
});
