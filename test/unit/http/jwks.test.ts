import { expect, it } from 'vitest';
import { handler } from '../../../functions/http/jwks.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { publicJwk, publishKeys } from '../support/logged-in.ts';

const get = () => handler(httpEvent('GET', '/.well-known/jwks.json'), lambdaContext);

it('the key set is public and may be cached for five minutes', async () => {
  publishKeys();
  expect(await get()).toEqual({
    statusCode: 200,
    headers: {
      ...ANSWER_HEADERS,
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
    },
    body: JSON.stringify({ keys: [publicJwk] }),
  });
});

it('the key set is empty before the first login', async () => {
  expect((await get()).body).toBe('{"keys":[]}');
});
