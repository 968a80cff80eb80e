import { describe, expect, it, vi } from 'vitest';
import { routeSelection } from '../../../local/gateway/message.ts';
import { invokerOf } from './api.ts';
import { open, type SocketEvent, serveWebSocketApi, specOf } from './sockets.ts';

const routes = [
  ...specOf({}).routes,
  { key: 'quiet', functionName: 'quiet', answers: false, authorizer: undefined },
  { key: 'loud', functionName: 'loud', answers: true, authorizer: undefined },
];

describe('a message', () => {
  it('goes to the function, and the body of the result goes back to the client', async () => {
    const message = (event: SocketEvent) => ({ statusCode: 200, body: JSON.stringify(event) });
    const { url } = await serveWebSocketApi({ message });
    const client = await open(url, [], { headers: { 'User-Agent': 'test' } });
    client.socket.send('{"message":"é"}');
    expect(JSON.parse(await client.next())).toEqual({
      body: '{"message":"é"}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        messageId: expect.stringMatching(/^[\w-]{15}=$/),
        messageDirection: 'IN',
        connectionId: expect.stringMatching(/^[\w-]{15}=$/),
        connectedAt: expect.closeTo(Date.now(), -5),
        requestTime: expect.any(String),
        requestTimeEpoch: expect.closeTo(Date.now(), -5),
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        extendedRequestId: expect.any(String),
        domainName: new URL(url).host,
        stage: 'ws',
        apiId: 'sockets',
        identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
      },
    });
  });

  it.each([
    ['in one frame', [Buffer.from('{}')]],
    ['in several frames', [Buffer.from('{'), Buffer.from('}')]],
  ])('in binary closes the socket with 1003, and no function runs: %s', async (_what, parts) => {
    const message = vi.fn(() => ({ statusCode: 200, body: 'reply' }));
    const disconnect = vi.fn((_event: SocketEvent) => ({ statusCode: 200 }));
    const client = await open((await serveWebSocketApi({ message, disconnect })).url);
    parts.forEach((part, index) => {
      client.socket.send(part, { binary: true, fin: index === parts.length - 1 });
    });
    client.socket.send('{}');
    expect(await client.closed).toEqual([1003, 'Unsupported data']);
    expect(message).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(disconnect).toHaveBeenCalledOnce());
    expect(disconnect.mock.calls[0]?.[0].requestContext).toMatchObject({ disconnectStatusCode: 1003 });
  });

  it('goes to the route that it names, and gets a reply only from a route with a response', async () => {
    const name = (text: string) => () => ({ statusCode: 200, body: text });
    const { url } = await serveWebSocketApi(
      { message: name('default'), quiet: name('quiet'), loud: name('loud') },
      { routes },
    );
    const client = await open(url);
    for (const frame of ['{"action":"quiet"}', '{"action":"loud"}']) {
      client.socket.send(frame);
    }
    expect(await client.next()).toBe('loud');
    for (const frame of ['{"action":"other"}', 'no JSON', '[]', '{"action":"$connect"}']) {
      client.socket.send(frame);
      expect(await client.next()).toBe('default');
    }
  });

  it.each([{ statusCode: 200 }, { statusCode: 200, body: '' }])(
    'gets an empty frame if the result has no body or an empty one: %j',
    async (result) => {
      const client = await open((await serveWebSocketApi({ message: () => result })).url);
      client.socket.send('{}');
      expect(await client.next()).toBe('');
    },
  );

  it.each([
    ['throws', () => Promise.reject(new Error('no'))],
    ['returns nothing', () => undefined],
    ['returns a body that is no string', () => ({ statusCode: 200, body: {} })],
    ['returns a field that API Gateway does not know', () => ({ statusCode: 200, body: '{}', ref: 'r1' })],
    ['returns more than 128 KB', () => ({ statusCode: 200, body: 'x'.repeat(131_073) })],
    ['takes longer than the gateway waits', () => new Promise(() => {})],
  ])('gets an error frame if the function %s', async (_what, message) => {
    const client = await open((await serveWebSocketApi({ message }, { integrationTimeoutMs: 200 })).url);
    client.socket.send('{}');
    expect(JSON.parse(await client.next())).toEqual({
      message: 'Internal server error',
      connectionId: expect.stringMatching(/^[\w-]{15}=$/),
      requestId: expect.stringMatching(/^[\w-]{15}=$/),
    });
  });

  it('gets an error frame if no route matches and there is no $default', async () => {
    const { url } = await serveWebSocketApi({}, { routes: routes.filter(({ key }) => key !== '$default') });
    const client = await open(url);
    client.socket.send('{"action":"other"}');
    expect(JSON.parse(await client.next())).toMatchObject({ message: 'Forbidden' });
  });

  it('is processed in parallel with another message of the same socket', async () => {
    let release = (): void => {};
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    const message = async ({ body }: SocketEvent) => {
      if (body === 'first') {
        await first;
      }
      return { statusCode: 200, body };
    };
    const client = await open((await serveWebSocketApi({ message })).url);
    client.socket.send('first');
    client.socket.send('second');
    expect(await client.next()).toBe('second');
    release();
    expect(await client.next()).toBe('first');
  });

  it('is processed even if hundreds of messages arrive at once', async () => {
    const message = ({ body }: SocketEvent) => ({ statusCode: 200, body });
    const client = await open((await serveWebSocketApi({ message })).url);
    const numbers = Array.from({ length: 1000 }, (_, index) => String(index));
    for (const number of numbers) {
      client.socket.send(number);
    }
    const answers = await Promise.all(numbers.map(() => client.next()));
    expect(new Set(answers)).toEqual(new Set(numbers));
  });

  it('goes to the new functions after a reload, on the same socket', async () => {
    const { api, url } = await serveWebSocketApi({ message: () => ({ statusCode: 200, body: 'old' }) });
    const client = await open(url);
    api.reload(specOf({}), invokerOf({ message: () => ({ statusCode: 200, body: 'new' }) }));
    client.socket.send('{}');
    expect(await client.next()).toBe('new');
  });
});

describe('a route selection expression', () => {
  it.each(['$request.body.a.b', `\${request.body.a.b}`])('%s finds a value in a message', (expression) => {
    const select = routeSelection(expression);
    expect(select('{"a":{"b":"c"}}')).toBe('c');
    expect([select('{"a":1}'), select('{"a":{"b":2}}'), select('{'), select('null')]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  it('of an unsupported kind causes an error at the start', () => {
    expect(() => routeSelection('$request.header.action')).toThrow('is not supported');
  });

  it('ignores inherited properties', () => {
    expect(vi.fn(routeSelection('$request.body.constructor.name'))('{}')).toBeUndefined();
  });
});
