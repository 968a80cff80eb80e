import type { PublicKeyReader, PublicKeyWriter } from '../core/sessions/ports.ts';
import { type SigningKey, signingKeyFrom } from './signing-key.ts';

/** The secret's live versions: after a rotation the former one stays good for the tokens that it signed. */
export interface SecretReader {
  read(): Promise<{ readonly current: string; readonly previous: string | undefined }>;
}

/** A rotation reaches every warm function within this. */
const RELOAD_MS = 5 * 60 * 1000;

/**
 * Gives the key to sign with, after making sure that verifiers can find its public half.
 */
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
