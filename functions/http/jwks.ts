import { json } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { openHttpEntry, openTable, publicKeys } from '../runtime/wiring.ts';

const published = publicKeys(openTable());

/** `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517), for other services that verify them. */
export const handler = httpStack(openHttpEntry()).handler(async () =>
  json(200, { keys: await published.read() }, { 'cache-control': 'public, max-age=300' }),
);
