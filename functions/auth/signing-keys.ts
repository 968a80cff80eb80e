import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { calculateJwkThumbprint } from 'jose';
import { patience, tellingOutages } from '../aws/outages.ts';
import type { PublicKey, PublicKeyReader, PublicKeyWriter } from '../core/sessions/session.ts';

/** The live versions of the secret. After a rotation the former one stays valid for the tokens that it signed. */
export interface SecretReader {
  read(): Promise<{ readonly current: string; readonly previous: string | undefined }>;
}

/** A rotation reaches every warm function within this time. */
const RELOAD_MS = 5 * 60 * 1000;

/** Returns the signing key, after making sure that its public half is published. */
export function signingKeys(options: {
  readonly secret: SecretReader;
  readonly published: PublicKeyReader & PublicKeyWriter;
  readonly now: () => Date;
}): () => Promise<SigningKey> {
  const { secret, published, now } = options;
  let loaded: { readonly key: Promise<SigningKey>; readonly at: number } | undefined;

  async function load(): Promise<SigningKey> {
    const { current, previous } = await secret.read();
    const [key, former] = await Promise.all([
      signingKeyFrom(current),
      previous ? signingKeyFrom(previous) : undefined,
    ]);
    const known = await published.read();
    if (!known.some(({ kid }) => kid === key.kid)) {
      await published.write([key.publicJwk, ...(former ? [former.publicJwk] : [])]);
    }
    return key;
  }

  return async () => {
    const at = now().getTime();
    if (!loaded || at - loaded.at > RELOAD_MS) loaded = { key: load(), at };
    try {
      return await loaded.key;
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };
}

/** An Ed25519 key pair (RFC 8037); `kid` is the public key's thumbprint (RFC 7638). */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicKey;
}

/** Never change it: another label means other keys, and would log everybody out. */
const LABEL = 'parley/access-token/ed25519/1';
const SEED_BYTES = 32;
/** PKCS #8 around a raw Ed25519 seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Derives the key pair from the stage's secret (HKDF, RFC 5869). CloudFormation creates the secret, and no key is
 * stored.
 */
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

/** Secrets Manager answers in about ten milliseconds. The SDK alone would let a login wait for a minute. */
const REQUEST_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 1_000;

export function openSecrets(): SecretsManagerClient {
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: patience({ requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS }),
  });
  return tellingOutages(client);
}

/** The stage's secret in Secrets Manager: its current version and, after a rotation, its previous one. */
export function signingSecret(secretArn: string, client: SecretsManagerClient): SecretReader {
  async function version(stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<string | undefined> {
    const { SecretString } = await client.send(
      new GetSecretValueCommand({ SecretId: secretArn, VersionStage: stage }),
    );
    return SecretString;
  }

  return {
    async read() {
      const [current, previous] = await Promise.all([
        version('AWSCURRENT'),
        version('AWSPREVIOUS').catch((error: unknown) => {
          // A secret has no previous version until its first rotation.
          if (error instanceof ResourceNotFoundException) return undefined;
          throw error;
        }),
      ]);
      if (!current) throw new Error('the signing secret has no value');
      return { current, previous };
    },
  };
}
