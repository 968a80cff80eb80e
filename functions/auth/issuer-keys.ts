import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import { IssuerUnavailable } from '../core/errors.ts';
import type { Issuer } from '../core/issuers/issuer.ts';
import type { FetchJson } from './fetch-json.ts';

/** A key that the issuer has withdrawn is trusted no longer than this, while the issuer answers. */
const MAX_AGE_MS = 5 * 60_000;

/** While it does not answer, its last keys are trusted for so long. */
export const MAX_STALE_MS = 60 * 60_000;

/** Invented key ids must not turn every request into one to the issuer. */
const COOLDOWN_MS = 10_000;

/** An issuer that does not answer is asked no more often, so that requests do not wait for it one after another. */
const PAUSE_MS = 5_000;

/** More keys mean that the document is something else. */
const MAX_KEYS = 100;

interface Keys {
  readonly find: JWTVerifyGetKey;
  readonly readAt: number;
}

/**
 * The public keys of an issuer. They are read for its first token, every few minutes, and when a token names an unknown key,
 * which is how a rotation arrives.
 */
export function issuerKeys(
  issuer: Issuer,
  { fetchJson, now }: { readonly fetchJson: FetchJson; readonly now: () => Date },
): JWTVerifyGetKey {
  let current: Keys | undefined;
  let failed: { readonly at: number; readonly error: IssuerUnavailable } | undefined;

  async function read(): Promise<Keys> {
    const readAt = now().getTime();
    if (failed && readAt - failed.at < PAUSE_MS) throw failed.error;
    try {
      current = { find: createLocalJWKSet({ keys: await keysOf(issuer, fetchJson) }), readAt };
      failed = undefined;
      return current;
    } catch (cause) {
      failed = { at: readAt, error: new IssuerUnavailable({ cause }) };
      throw failed.error;
    }
  }

  /** Keys that are old, but not too old, serve while the issuer does not answer. */
  async function renewed(): Promise<Keys> {
    try {
      return await read();
    } catch (error) {
      if (current && now().getTime() - current.readAt < MAX_STALE_MS) return current;
      throw error;
    }
  }

  return async (header: CompactJWSHeaderParameters, token: FlattenedJWSInput) => {
    const age = current ? now().getTime() - current.readAt : Number.POSITIVE_INFINITY;
    const keys = current && age < MAX_AGE_MS ? current : await renewed();
    try {
      return await keys.find(header, token);
    } catch (error) {
      const isFresh = now().getTime() - keys.readAt < COOLDOWN_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || isFresh) throw error;
      return (await read()).find(header, token);
    }
  };
}

async function keysOf(issuer: Issuer, fetchJson: FetchJson): Promise<JWK[]> {
  const document = await fetchJson(issuer.jwks ?? (await discover(issuer, fetchJson)));
  const { keys } = objectIn(document);
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new Error('this is not a key set');
  // Only public keys: a secret in a key set would make everybody an issuer.
  return keys.filter((key) => ['RSA', 'EC', 'OKP'].includes(objectIn(key).kty as string) && !('d' in key));
}

/** The address of the keys, by the issuer's discovery document (OpenID Connect Discovery §4). */
async function discover({ issuer }: Issuer, fetchJson: FetchJson): Promise<string> {
  const found = objectIn(await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
  if (found.issuer !== issuer) throw new Error(`the discovery document is of another issuer than ${issuer}`);
  const address = found.jwks_uri;
  if (typeof address !== 'string' || !isSafe(address, issuer))
    throw new Error('the discovery document names no safe address of keys');
  return address;
}

/** The keys are behind TLS, unless the issuer itself is not: then it is on this machine, and so are its keys. */
function isSafe(address: string, issuer: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, origin } = new URL(address);
  return protocol === 'https:' || origin === new URL(issuer).origin;
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('this is not a JSON object');
  return value as Record<string, unknown>;
}
