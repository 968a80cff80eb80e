import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, it } from 'vitest';
import { siteProof } from '../../../functions/auth/site-proof.ts';
import { UserNotFound } from '../../../functions/core/errors.ts';
import { json } from '../../../functions/middleware/http-replies.ts';
import { httpStack } from '../../../functions/middleware/http-stack.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { alice } from '../support/people.ts';
import { rememberedReporting } from '../support/reporting.ts';

const VIEWER = '2001:db8::1';

/** The lines about a request of Alice's through the site. */
async function linesOf(handle: () => Promise<object>, { isOn = true, proof = 'secret' } = {}) {
  const lines: unknown[] = [];
  const reporting = rememberedReporting();
  reporting.logger.info = (...line) => void lines.push(line);
  const entry = httpStack({ ...reporting, isProof: siteProof('secret'), logsRequests: isOn })
    .before(({ event }) => {
      Object.assign(event, { identity: { userId: alice.id } });
    })
    .handler(handle as (event: APIGatewayProxyEventV2) => Promise<object>);
  const event = httpEvent('GET', '/users/secret-in-a-path', {
    headers: { 'x-parley-site': proof, 'x-viewer-address': VIEWER, authorization: 'Bearer secret' },
    rawQueryString: 'search=secret',
    routeKey: 'GET /users/{user_id}',
  });
  const http = { ...event.requestContext.http, sourceIp: '203.0.113.9' };
  await entry(
    { ...event, requestContext: { ...event.requestContext, requestId: 'abc=', http } },
    lambdaContext,
  );
  return lines;
}

const line = { apiRequestId: 'abc=', user: alice.id, viewer: VIEWER, route: 'GET /users/{user_id}' };

it('a request has a line with its user, the address of the viewer, its route and its status', async () => {
  expect(await linesOf(async () => json(200, { text: 'secret' }))).toEqual([
    ['request', { ...line, status: 200 }],
  ]);
});

it('a refusal has one, too', async () => {
  expect(await linesOf(() => Promise.reject(new UserNotFound(alice.id)))).toEqual([
    ['request', { ...line, status: 404 }],
  ]);
});

it('a request past the site has one with the address that it came from, and no user', async () => {
  const lines = await linesOf(async () => json(200, {}), { proof: 'a guess' });
  expect(lines).toEqual([['request', { ...line, user: undefined, viewer: '203.0.113.9', status: 403 }]]);
});

it('no request has one if they are off', async () => {
  expect(await linesOf(async () => json(200, {}), { isOn: false })).toEqual([]);
});
