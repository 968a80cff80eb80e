import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { issuerKeys } from '../../../functions/auth/issuer-keys.ts';
import { subjectTokenVerifier } from '../../../functions/auth/subject-tokens.ts';
import type { Issuer, SubjectTokenType } from '../../../functions/core/issuers/issuer.ts';
import { frozenClock, NOON } from '../support/clock.ts';
import { rejection } from '../support/rejection.ts';

const ISSUER: Issuer = {
  issuer: 'https://login.example',
  audience: ['chat'],
  algorithms: ['ES256', 'EdDSA'],
};
const now = Date.parse(NOON) / 1000;
const pair = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one' };
const privateJwk = await exportJWK(pair.privateKey);
const claims = { iss: ISSUER.issuer, aud: 'chat', sub: 'ada', iat: now, exp: now + 60 };

const token = (changes: object = {}, header: object = {}) =>
  new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
    .sign(pair.privateKey);

function verifier(issuer: Issuer = ISSUER, keys: readonly JWK[] = [jwk]) {
  const clock = frozenClock();
  const fetchJson = async () => ({ issuer: issuer.issuer, jwks_uri: 'https://login.example/keys', keys });
  const sources = { fetchJson, now: clock.now };
  return subjectTokenVerifier({
    issuers: [issuer],
    keysOf: (one) => issuerKeys(one, sources),
    now: clock.now,
  });
}

const verify = async (given: string, type: SubjectTokenType = 'id_token', issuer: Issuer = ISSUER) =>
  (await verifier(issuer)(given, type)).claims;

const INVALID = { code: 'subject_token_invalid' };

describe('a token', () => {
  it('of a trusted issuer is verified, and tells its issuer and its claims', async () => {
    expect(await verifier()(await token({ name: 'Ada' }), 'id_token')).toEqual({
      issuer: ISSUER,
      claims: { ...claims, name: 'Ada' },
    });
  });

  it.each([
    ['expired 59 seconds ago', { exp: now - 59 }],
    ['valid from in a minute', { nbf: now + 60 }],
    ['issued in a minute', { iat: now + 60 }],
    ['without a time of issue', { iat: undefined }],
    ['for several audiences', { aud: ['other', 'chat'] }],
  ])('%s is taken: clocks differ, and audiences add up', async (_, changes) => {
    expect(await verify(await token(changes))).toMatchObject({ sub: 'ada' });
  });

  it.each([
    ['expired a minute ago', { exp: now - 60 }, { code: 'subject_token_expired' }],
    ['that never expires', { exp: undefined }, INVALID],
    ['valid from in 61 seconds', { nbf: now + 61 }, INVALID],
    ['issued in 61 seconds', { iat: now + 61 }, INVALID],
    ['for others', { aud: ['other'] }, INVALID],
    ['of another issuer', { iss: 'https://else.example' }, INVALID],
    ['that is a notice', { events: {} }, INVALID],
    ['bound to a key', { cnf: { jkt: 'x' } }, INVALID],
  ])('%s is refused', async (_, changes, refusal) => {
    expect(await rejection(verify(await token(changes)))).toEqual(refusal);
  });

  it.each([
    [undefined, 'id_token', true],
    ['JWT', 'access_token', true],
    ['jwt', 'id_token', true],
    ['application/JWT', 'jwt', true],
    ['at+jwt', 'access_token', true],
    ['application/at+jwt', 'jwt', true],
    ['at+jwt', 'id_token', false],
    ['logout+jwt', 'id_token', false],
    ['__proto__', 'jwt', false],
    [['JWT'], 'jwt', false],
    [7, 'jwt', false],
  ] as const)('of the type %j as %s is taken: %s', async (typ, type, isTaken) => {
    const given = await token({}, typ === undefined ? {} : { typ });
    if (isTaken) expect(await verify(given, type)).toMatchObject({ sub: 'ada' });
    else expect(await rejection(verify(given, type))).toEqual(INVALID);
  });

  it.each([
    [{ client_id: 'web' }, true],
    [{ azp: 'web' }, true],
    [{ azp: 'web', client_id: 'web' }, true],
    [{ azp: 'web', client_id: 'other' }, false],
    [{ azp: ['web'] }, false],
    [{}, false],
  ])('issued to %j is taken for the client "web": %s', async (changes, isTaken) => {
    const issuer = { issuer: ISSUER.issuer, clientId: ['web'], algorithms: ISSUER.algorithms };
    const verified = verify(await token({ aud: undefined, ...changes }), 'access_token', issuer);
    if (isTaken) expect(await verified).toMatchObject({ sub: 'ada' });
    else expect(await rejection(verified)).toEqual(INVALID);
  });

  it('must fit by audience and by client if both are set', async () => {
    const both = { ...ISSUER, clientId: ['web'] };
    expect(await verify(await token({ azp: 'web' }), 'jwt', both)).toMatchObject({ sub: 'ada' });
    expect(await rejection(verify(await token({ azp: 'web', aud: 'x' }), 'jwt', both))).toEqual(INVALID);
    expect(await rejection(verify(await token(), 'jwt', both))).toEqual(INVALID);
  });

  it('of an algorithm that is not in the settings is refused', async () => {
    const only = { ...ISSUER, algorithms: ['EdDSA'] };
    expect(await rejection(verify(await token(), 'jwt', only))).toEqual(INVALID);
  });

  it.each(['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d.e', 'e30.e30.', '💣.💣.💣', `${'a'.repeat(8000)}.b.c`])(
    'that is %j is refused',
    async (given) => {
      expect(await rejection(verify(given))).toEqual(INVALID);
    },
  );
});

describe('keys that cannot be used', () => {
  const UNAVAILABLE = { code: 'issuer_unavailable', retryAfter: 5 };
  const rsa = (bits: string) => ({ kty: 'RSA', kid: 'one', n: bits, e: 'AQAB' });
  const issuer = { ...ISSUER, algorithms: ['RS256', 'ES256'] };
  const rs256 = [{ alg: 'RS256', kid: 'one' }, claims, 'x'].map((part) =>
    typeof part === 'string' ? 'AAAA' : Buffer.from(JSON.stringify(part)).toString('base64url'),
  );

  it('are the fault of the issuer', async () => {
    const weak = rsa(Buffer.alloc(128, 255).toString('base64url'));
    expect(await rejection(verifier(issuer, [weak])(rs256.join('.'), 'jwt'))).toMatchObject(UNAVAILABLE);
    const broken = { ...jwk, x: 'AAAA' };
    expect(await rejection(verifier(issuer, [broken])(await token(), 'jwt'))).toMatchObject(UNAVAILABLE);
  });

  it.each([
    ['secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'one' }],
    ['private', { ...privateJwk, kid: 'one' }],
    ['of a symmetric algorithm', { kty: 'oct', k: 'c2VjcmV0', kid: 'one', alg: 'HS256' }],
  ])('because they are %s are left out', async (_, key) => {
    expect(await rejection(verifier(issuer, [key])(await token(), 'jwt'))).toEqual(INVALID);
  });

  it('do not keep others from being used', async () => {
    const keys = [{ kty: 'oct', k: 'x', kid: 'one' }, rsa('AQAB'), jwk].map((key, i) => ({
      ...key,
      ...(i < 2 && { kid: `other ${i}` }),
    }));
    expect(await verifier(issuer, keys)(await token(), 'jwt')).toMatchObject({ claims: { sub: 'ada' } });
  });
});
