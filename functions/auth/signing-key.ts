import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { PublicKey } from '../core/sessions/ports.ts';

/** An Ed25519 key pair (RFC 8037); `kid` is the public key's thumbprint (RFC 7638). */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicKey;
}

/** Fixed for good: another label means other keys, and everybody logged out. */
const LABEL = 'parley/access-token/ed25519/1';
const SEED_BYTES = 32;
/** PKCS #8 around a raw Ed25519 seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Derives the key pair from the stage's secret (HKDF, RFC 5869): CloudFormation makes the secret, nobody stores a key. */
export async function signingKeyFrom(secret: string): Promise<SigningKey> {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', LABEL, SEED_BYTES));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { crv, x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const jwk = { kty: 'OKP', crv: crv as string, x: x as string };
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicJwk: { ...jwk, kid, use: 'sig', alg: 'EdDSA' } };
}
