import { json } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { publishedKeys } from '../runtime/published-keys.ts';

/** `GET /.well-known/jwks.json`: the public keys of the access tokens (RFC 7517), for other services that verify them. */
export const handler = httpStack({ logger, count }).handler(async () =>
  json(200, { keys: await publishedKeys.read() }, { 'cache-control': 'public, max-age=300' }),
);
