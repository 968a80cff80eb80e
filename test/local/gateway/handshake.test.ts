import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { webSocketApi } from '../../../local/gateway/websocket-api.ts';
import { invokerOf } from './api.ts';
import { open, refusal, type SocketEvent, serveWebSocketApi, specOf } from './sockets.ts';

function policy(effect: string, context: object = {}, resource?: string) {
  return ({ methodArn }: { methodArn: string }) => ({
    principalId: 'ann',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource ?? methodArn }],
    },
    context,
  });
}

/** Sends a handshake with these headers and returns the status. */
async function upgradeStatus(url: string, headers: OutgoingHttpHeaders): Promise<number | undefined> {
  const sent = request(url.replace('ws:', 'http:'), {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  }).end();
  const response = await new Promise<IncomingMessage>((resolve) => {
    sent.on('response', resolve).on('upgrade', resolve);
  });
  sent.on('error', () => {}).destroy();
  return response.statusCode;
}

describe('a handshake', () => {
  it('reaches the $connect function with its headers and query', async () => {
    const events: SocketEvent[] = [];
    const connect = (event: SocketEvent) => {
      events.push(event);
      return { statusCode: 200 };
    };
    const { url } = await serveWebSocketApi({ connect });
    await open(`${url}?user_id=b%20c&user_id=d&empty=`, [], {
      headers: { Authorization: 'Bearer x', 'User-Agent': 'test' },
    });
    const host = new URL(url).host;
    expect(events).toEqual([
      {
        headers: expect.objectContaining({
          Authorization: 'Bearer x',
          Host: host,
          'Sec-WebSocket-Version': '13',
          'X-Forwarded-For': '127.0.0.1',
          'X-Forwarded-Port': host.split(':')[1],
          'X-Forwarded-Proto': 'http',
        }),
        multiValueHeaders: expect.objectContaining({ Authorization: ['Bearer x'] }),
        queryStringParameters: { user_id: 'd', empty: '' },
        multiValueQueryStringParameters: { user_id: ['b c', 'd'], empty: [''] },
        isBase64Encoded: false,
        requestContext: {
          routeKey: '$connect',
          eventType: 'CONNECT',
          messageDirection: 'IN',
          connectionId: expect.stringMatching(/^[\w-]{15}=$/),
          connectedAt: expect.closeTo(Date.now(), -5),
          requestTime: expect.stringMatching(/ \+0000$/),
          requestTimeEpoch: expect.closeTo(Date.now(), -5),
          requestId: expect.stringMatching(/^[\w-]{15}=$/),
          extendedRequestId: expect.any(String),
          domainName: host,
          stage: 'ws',
          apiId: 'sockets',
          identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
        },
      },
    ]);
  });

  it.each(['', '/', '/ws/', '/ws/chat', '/other'])('is refused with 403 for the path "%s"', async (path) => {
    const { url } = await serveWebSocketApi({});
    expect(await refusal(new URL(url).origin + path)).toBe(403);
  });

  it('is refused with 414 for a URL of more than 4,096 characters', async () => {
    const { url } = await serveWebSocketApi({});
    await open(`${url}?q=${'x'.repeat(4090)}`);
    expect(await refusal(`${url}?q=${'x'.repeat(4091)}`)).toBe(414);
  });

  it('is refused before any function runs if it is not a WebSocket handshake', async () => {
    const connect = vi.fn(() => ({ statusCode: 200 }));
    const { url } = await serveWebSocketApi({ connect });
    expect(await upgradeStatus(url, {})).toBe(101);
    connect.mockClear();
    expect(await upgradeStatus(url, { upgrade: 'h2c' })).toBe(400);
    expect(await upgradeStatus(url, { 'sec-websocket-key': 'short' })).toBe(400);
    expect(await upgradeStatus(url, { 'sec-websocket-version': '12' })).toBe(400);
    expect(await upgradeStatus(url, { 'sec-websocket-protocol': 'a, a' })).toBe(400);
    expect(connect).not.toHaveBeenCalled();
  });

  it.each([400, 403, 409, 503])(
    'is refused with %d if the $connect function returns it',
    async (statusCode) => {
      const { url } = await serveWebSocketApi({ connect: () => ({ statusCode }) });
      expect(await refusal(url)).toBe(statusCode);
    },
  );

  it('is refused with 502 if the $connect function throws or returns nothing', async () => {
    const failing = await serveWebSocketApi({ connect: () => Promise.reject(new Error('no')) });
    expect(await refusal(failing.url)).toBe(502);
    const silent = await serveWebSocketApi({ connect: () => undefined });
    expect(await refusal(silent.url)).toBe(502);
  });

  it('is refused with 504 if the $connect function exceeds the integration timeout', async () => {
    const { url } = await serveWebSocketApi(
      { connect: () => new Promise(() => {}) },
      { integrationTimeoutMs: 100 },
    );
    expect(await refusal(url)).toBe(504);
  });
});

describe('a subprotocol', () => {
  it('is the one that the $connect function returns', async () => {
    const { url } = await serveWebSocketApi({
      connect: () => ({ statusCode: 200, headers: { 'sec-websocket-protocol': 'parley' } }),
    });
    const { socket } = await open(url, ['parley', 'token.of.mine']);
    expect(socket.protocol).toBe('parley');
  });

  it('is absent if the $connect function returns none, and a client that asked for one fails', async () => {
    const { url } = await serveWebSocketApi({});
    await expect(open(url, ['parley'])).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('an authorizer', () => {
  const seen: SocketEvent[] = [];
  const message = (event: SocketEvent) => {
    seen.push(event);
    return { statusCode: 200, body: JSON.stringify(event.requestContext.authorizer) };
  };

  it('passes its context, as strings, to all later events', async () => {
    const authorize = policy('Allow', { userId: 'u1', count: 3, staff: false });
    const disconnected: SocketEvent[] = [];
    const { url } = await serveWebSocketApi({
      authorize,
      message,
      disconnect: (event: SocketEvent) => void disconnected.push(event),
    });
    const client = await open(url);
    client.socket.send('{}');
    const context = { principalId: 'ann', userId: 'u1', count: '3', staff: 'false' };
    expect(JSON.parse(await client.next())).toEqual(context);
    client.socket.close();
    await vi.waitFor(() => expect(disconnected[0]?.requestContext.authorizer).toEqual(context));
  });

  it('gets the handshake as a REQUEST event', async () => {
    const events: object[] = [];
    const { url } = await serveWebSocketApi({
      authorize: (event: { methodArn: string }) => {
        events.push(event);
        return policy('Allow')(event);
      },
    });
    await open(`${url}?user_id=1`);
    expect(events).toEqual([
      expect.objectContaining({
        type: 'REQUEST',
        methodArn: 'arn:aws:execute-api:us-east-1:000000000000:sockets/ws/$connect',
        queryStringParameters: { user_id: '1' },
        headers: expect.objectContaining({ 'Sec-WebSocket-Version': '13' }),
        requestContext: expect.objectContaining({ eventType: 'CONNECT', routeKey: '$connect' }),
      }),
    ]);
  });

  it.each([
    [401, 'throws Unauthorized', () => Promise.reject(new Error('Unauthorized'))],
    [500, 'throws anything else', () => Promise.reject(new Error('unauthorized'))],
    [403, 'denies', policy('Deny')],
    [403, 'allows something else', policy('Allow', {}, 'arn:aws:execute-api:us-east-1:000000000000:other/*')],
    [500, 'returns nothing', () => undefined],
    [500, 'returns a context that is not flat', policy('Allow', { user: { id: 1 } })],
    [500, 'returns more than 8 KB', policy('Allow', { padding: 'x'.repeat(8192) })],
  ])(
    'refuses the handshake with %d if it %s, and $connect does not run',
    async (status, _what, authorize) => {
      const connect = vi.fn(() => ({ statusCode: 200 }));
      const { url } = await serveWebSocketApi({ authorize, connect });
      expect(await refusal(url)).toBe(status);
      expect(connect).not.toHaveBeenCalled();
    },
  );

  it('can allow the handshake with a wildcard', async () => {
    await open((await serveWebSocketApi({ authorize: policy('Allow', {}, '*/ws/$connec?') })).url);
  });

  it('does not run if an identity source is missing, and the client gets 401', async () => {
    const authorize = vi.fn(policy('Allow'));
    const [connect, ...others] = specOf({ authorize }).routes;
    const identitySources = ['route.request.header.Authorization', 'route.request.querystring.user_id'];
    const routes = [
      { ...connect, authorizer: { functionName: 'authorize', identitySources } },
      ...others,
    ] as typeof others;
    const { url } = await serveWebSocketApi({ authorize }, { routes });
    const headers = { authorization: 'x' };
    expect(await refusal(`${url}?user_id=1`)).toBe(401);
    expect(await refusal(url, [], { headers })).toBe(401);
    expect(authorize).not.toHaveBeenCalled();
    await open(`${url}?user_id=1`, [], { headers });
  });

  it('with an unsupported identity source causes an error at the start', () => {
    const spec = specOf({});
    const authorizer = { functionName: 'authorize', identitySources: ['context.identity.sourceIp'] };
    const routes = spec.routes.map((route) => ({ ...route, authorizer }));
    const create = () =>
      webSocketApi({ ...spec, routes }, invokerOf({}), { idleMs: 1000, connectionMs: 1000 });
    expect(create).toThrow('Identity source context.identity.sourceIp is not supported');
  });
});
