import { createPublicKey } from 'node:crypto';
import { base64url, decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { type Key, newKey, sign } from './issuers.ts';

type Forged = [what: string, token: string, code?: string];

/**
 * Tokens that resemble a real one. Most are signed by the issuer's own key, and differ in a single claim: so it is that claim
 * which is refused.
 */
export async function forgedSubjectTokens(token: string, key: Key): Promise<Forged[]> {
  const claims = decodeJwt(token);
  const { typ } = decodeProtectedHeader(token);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const now = Math.floor(Date.now() / 1000);
  const foreign = await newKey(key.kid);
  const own = (changes: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    sign(key, { ...claims, ...changes }, { ...(typ && { typ }), ...header });
  const encoded = (value: unknown) => base64url.encode(JSON.stringify(value));
  const hs256 = (secret: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: key.kid, ...(typ && { typ }) })
      .sign(new TextEncoder().encode(secret));
  const pem = createPublicKey({ key: key.publicJwk as never, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });

  return [
    ['expired', await own({ exp: now - 120 }), 'subject_token_expired'],
    ['without an end', await own({ exp: undefined })],
    ['with an end that is a text', await own({ exp: 'never' })],
    ['not valid yet', await own({ nbf: now + 3600 })],
    ['issued tomorrow', await own({ iat: now + 86_400 })],
    ['for another audience', await own({ aud: 'another-product' })],
    ['for no audience', await own({ aud: undefined })],
    ['for no audience at all', await own({ aud: [] })],
    ['for an audience that is a number', await own({ aud: 7 })],
    ['of another issuer', await own({ iss: 'https://else.example.com' })],
    ['of the issuer in another spelling', await own({ iss: `${claims.iss}/` })],
    ['of a list of issuers', await own({ iss: [claims.iss] })],
    ['of no issuer', await own({ iss: undefined })],
    ['without a subject', await own({ sub: undefined })],
    ['of the type of a logout', await own({}, { typ: 'logout+jwt' })],
    ['of the type of an event', await own({}, { typ: 'application/secevent+jwt' })],
    ['of a type that is a list', await own({}, { typ: ['JWT'] })],
    [
      'of a logout without a type',
      await own({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
    ],
    ['bound to a key of its holder', await own({ cnf: { jkt: 'x' } })],
    ['with an unknown key', await own({}, { kid: 'unknown' })],
    [
      'with a critical header',
      `${encoded({ alg: 'RS256', kid: key.kid, crit: ['x'], x: 1 })}.${payload}.${signature}`,
    ],
    ['signed by a foreign key', await sign(foreign, claims)],
    ['signed by a key that it brings along', await sign(foreign, claims, { jwk: foreign.publicJwk })],
    ['signed by a key at an address of its own', await sign(foreign, claims, { jku: 'http://127.0.0.1:9/' })],
    ['without a signature', new UnsecuredJWT(claims).encode()],
    ['with alg none and the true kid', `${encoded({ alg: 'none', kid: key.kid })}.${payload}.`],
    [
      'with alg none and the true signature',
      `${encoded({ alg: 'None', kid: key.kid })}.${payload}.${signature}`,
    ],
    ['signed with the public key as a secret', await hs256(`${pem}`)],
    ['signed with the key set as a secret', await hs256(JSON.stringify(key.publicJwk))],
    ['signed with the modulus as a secret', await hs256(`${key.publicJwk.n}`)],
    ['over other claims', `${head}.${encoded({ ...claims, sub: 'admin' })}.${signature}`],
    ['with a later end', `${head}.${encoded({ ...claims, exp: now + 9_999 })}.${signature}`],
    ['with half a signature', `${head}.${payload}.${signature.slice(0, 100)}`],
    ['with no signature behind the dot', `${head}.${payload}.`],
    ['with two payloads', `${head}.${payload}.${payload}.${signature}`],
  ];
}
