import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import type { PublicKeyReader } from '../core/sessions/ports.ts';

/** A key that is withdrawn, say because its secret leaked, is trusted for no longer than this. */
const MAX_AGE_MS = 5 * 60 * 1000;

/** Made-up key ids must not turn every request into a read. */
const COOLDOWN_MS = 10_000;

/**
 * The published keys, read at a cold start, every few minutes, and when a token names a key that is not among them: that
 * is how a rotation arrives.
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
    const isOld = current && now().getTime() - current.readAt > MAX_AGE_MS;
    const find = current && !isOld ? current.find : await read();
    try {
      return await find(header, token);
    } catch (error) {
      const isFresh = !current || now().getTime() - current.readAt < COOLDOWN_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || isFresh) throw error;
      return (await read())(header, token);
    }
  };
}
