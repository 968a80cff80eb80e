import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, it } from 'vitest';
import { siteProof } from '../../../functions/auth/site-proof.ts';
import { clientInfo } from '../../../functions/middleware/client-info.ts';
import { json } from '../../../functions/middleware/http-replies.ts';
import { httpStack } from '../../../functions/middleware/http-stack.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { rememberedReporting } from '../support/reporting.ts';

const SECRET = 'only CloudFront knows this';
const CLOUDFRONT = '203.0.113.9';
const VIEWER = '2001:db8::1';

/** What an entry sees of a request, or the code of its refusal. */
async function seenOf(headers: Record<string, string>, isOpen = false) {
  const reporting = { ...rememberedReporting(), isProof: isOpen ? undefined : siteProof(SECRET) };
  const entry = httpStack(reporting).handler(async (event: APIGatewayProxyEventV2) =>
    json(200, { headers: event.headers, address: clientInfo(event.requestContext).address }),
  );
  const event = httpEvent('GET', '/x', { headers });
  const { http } = event.requestContext;
  const reply = await entry(
    { ...event, requestContext: { ...event.requestContext, http: { ...http, sourceIp: CLOUDFRONT } } },
    lambdaContext,
  );
  return { status: reply.statusCode, ...JSON.parse(reply.body ?? '') };
}

it('a request through the site has the address of its viewer, and the proof goes no further', async () => {
  const headers = { host: 'x', 'x-parley-site': SECRET, 'x-viewer-address': VIEWER };
  expect(await seenOf(headers)).toEqual({ status: 200, headers: { host: 'x' }, address: VIEWER });
});

it.each([
  ['no proof', {}],
  ['a wrong proof', { 'x-parley-site': `${SECRET}.` }],
  ['an empty proof', { 'x-parley-site': '' }],
  ['the proof twice', { 'x-parley-site': `${SECRET},${SECRET}` }],
  ['the address alone', { 'x-viewer-address': VIEWER }],
])('a request with %s is refused, and learns nothing else', async (_, headers: Record<string, string>) => {
  expect(await seenOf(headers)).toMatchObject({ status: 403, code: 'site_only' });
});

it.each(['', 'localhost', '2001:db8::1, 192.0.2.1', '192.0.2.1:443', '999.1.1.1'])(
  'what is no address, as %j, does not replace the one that API Gateway saw',
  async (told) => {
    const headers = { 'x-parley-site': SECRET, 'x-viewer-address': told };
    expect(await seenOf(headers)).toMatchObject({ status: 200, address: CLOUDFRONT });
  },
);

it('on an open bare API, nobody can tell another address', async () => {
  const headers = { 'x-parley-site': SECRET, 'x-viewer-address': VIEWER };
  expect(await seenOf(headers, true)).toEqual({ status: 200, headers: {}, address: CLOUDFRONT });
});
