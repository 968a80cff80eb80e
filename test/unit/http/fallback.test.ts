import { expect, it } from 'vitest';
import { handler } from '../../../functions/http/fallback.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';

it.each([
  ['POST', '/users', 405, 'GET'],
  ['DELETE', '/users/', 405, 'GET'],
  ['GET', '/users/register/', 405, 'POST'],
  ['PUT', '/users/register/', 405, 'POST'],
  ['PUT', '/chat/history/42/', 405, 'GET'],
  ['OPTIONS', '/users', 204, 'GET, OPTIONS'],
  ['OPTIONS', '/chat/history/42/', 204, 'GET, OPTIONS'],
  ['OPTIONS', '/users/else', 404, undefined],
  ['GET', '/', 404, undefined],
  ['GET', '/users/else', 404, undefined],
  ['GET', '/users/else/', 404, undefined],
  ['POST', '/chat/history', 404, undefined],
])('%s %s, which no route takes, answers %d and allows %s', async (method, path, status, allow) => {
  const reply = await handler(httpEvent(method, path), lambdaContext);
  expect([reply.statusCode, reply.headers?.allow]).toEqual([status, allow]);
  expect(reply.headers).toMatchObject(ANSWER_HEADERS);
});

it.each([
  ['GET', '/users/', '', '/users'],
  ['POST', '/users/register/', '', '/users/register'],
  ['GET', '/chat/history/a é?/', 'limit=1&offset=%20', '/chat/history/a%20%C3%A9%3F?limit=1&offset=%20'],
  ['GET', '/chat/history/50%\\/', '', '/chat/history/50%25%5C'],
])(
  '%s %s, which no route takes with its slash, is sent to the path without it',
  async (method, path, query, location) => {
    const reply = await handler(httpEvent(method, path, { rawQueryString: query }), lambdaContext);
    expect(reply).toEqual({ statusCode: 308, headers: { ...ANSWER_HEADERS, location } });
  },
);
