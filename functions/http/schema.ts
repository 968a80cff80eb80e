import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '../middleware/http-replies.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { openHttpEntry } from '../runtime/wiring.ts';

/** The build puts the document beside the bundle. */
const openapi = readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8');

/** `GET /schema/`: the OpenAPI document. A deployment changes it, so browsers ask for it each time, as for the site's pages. */
export const handler = httpStack(openHttpEntry()).handler(async () =>
  answer(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' }, { body: openapi }),
);
