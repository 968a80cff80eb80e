import { createPublicKey } from 'node:crypto';
import {
  base64url,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';

/** Tokens that resemble `access`, each made without the private key. */
export async function forgedTokens(access: string, published: JWK): Promise<[what: string, token: string][]> {
  const claims = decodeJwt(access);
  const [head, payload, signature] = access.split('.') as [string, string, string];
  const { kid } = published;
  const foreign = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const own = await exportJWK(foreign.publicKey);
  const signed = (changes: JWTPayload, header: Record<string, unknown> = {}) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'EdDSA', kid: `${kid}`, ...header })
      .sign(foreign.privateKey);
  const hs256 = (secret: Uint8Array | string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: `${kid}` })
      .sign(typeof secret === 'string' ? new TextEncoder().encode(secret) : secret);
  const pem = createPublicKey({ key: published as never, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const encoded = (value: unknown) => base64url.encode(JSON.stringify(value));

  return [
    ['garbage', 'garbage'],
    ['two dots', '..'],
    ['three words', 'one.two.three'],
    ['letters that are not ASCII, percent-encoded', '%C3%BC.%C3%BC.%C3%BC'],
    ['a long text', 'x'.repeat(6000)],
    ['alg: none', new UnsecuredJWT(claims).encode()],
    ['alg: none with the true kid', `${encoded({ alg: 'none', kid })}.${payload}.`],
    ['alg: none with the true signature', `${encoded({ alg: 'none', kid })}.${payload}.${signature}`],
    ['HS256 with the bytes of the public key', await hs256(base64url.decode(`${published.x}`))],
    ['HS256 with the public key as PEM', await hs256(`${pem}`)],
    ['HS256 with the public key as JWK', await hs256(JSON.stringify(published))],
    ['HS256 with the text of the public key', await hs256(`${published.x}`)],
    ["a foreign key's signature", await signed({})],
    ['a foreign key that the header brings along', await signed({}, { jwk: own })],
    ['a foreign key at an address in the header', await signed({}, { jku: 'http://127.0.0.1:9/jwks.json' })],
    ['an unknown kid', await signed({}, { kid: 'A'.repeat(43) })],
    ['a kid that is a key of the table', await signed({}, { kid: 'KEYS#JWKS' })],
    ['no kid', await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).sign(foreign.privateKey)],
    ['another audience', await signed({ aud: 'someone-else' })],
    ['another issuer', await signed({ iss: 'someone-else' })],
    ['the type refresh', await signed({ token_type: 'refresh' })],
    [
      'the true head and signature over other claims',
      `${head}.${encoded({ ...claims, user_id: crypto.randomUUID() })}.${signature}`,
    ],
    [
      'a later end under the true signature',
      `${head}.${encoded({ ...claims, exp: (claims.exp ?? 0) + 3600 })}.${signature}`,
    ],
    [
      'a changed signature',
      `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    ],
    ['half a signature', `${head}.${payload}.${signature.slice(0, 43)}`],
    ['no signature', `${head}.${payload}.`],
    ['a head that is no object', `${encoded(null)}.${payload}.${signature}`],
    [
      'a critical header that nobody knows',
      `${encoded({ alg: 'EdDSA', kid, crit: ['x'], x: 1 })}.${payload}.${signature}`,
    ],
  ];
}
