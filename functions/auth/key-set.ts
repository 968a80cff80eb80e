import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import type { PublicKeyReader } from '../core/sessions/ports.ts';

/** Made-up key ids must not turn every request into a read. */
const COOLDOWN_MS = 10_000;

/**
 * The published keys, read once per cold start and again when a token names a key that is not among them: that is how a
 * rotation arrives.
 */
export function keySet({ published, now }: { published: PublicKeyReader; now: () => Date }): JWTVerifyGetKey {
  let current: { readonly find: JWTVerifyGetKey; readonly readAt: number } | undefined;

  async function read(): Promise<JWTVerifyGetKey> {
    const readAt = now().getTime();
    const keys = (await published.read()) as JWK[];
    const find = createLocalJWKSet({ keys });
    // Before a stage's first login there are no keys: that is not kept, as they may come at any moment.
    current = keys.length > 0 ? { find, readAt } : undefined;
    return find;
  }

  return async (header: CompactJWSHeaderParameters, token: FlattenedJWSInput) => {
    const find = current?.find ?? (await read());
    try {
      return await find(header, token);
    } catch (error) {
      const isFresh = !current || now().getTime() - current.readAt < COOLDOWN_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || isFresh) throw error;
      return (await read())(header, token);
    }
  };
}
