/**
 * Events and responses as AWS recorded them, in public:
 *
 * - HTTP API: `V2_*.json` of aws/aws-lambda-dotnet, Tools/LambdaTestTool-v2 (April 2025)
 * - a message: aws/aws-lambda-java-libs#71; $connect: rails-lambda/lamby#74 and
 *   aws/aws-lambda-runtime-interface-emulator#25; $disconnect: boto/boto3#3789
 *
 * The same request to the local runtime has the same result, key by key. Ids, times and addresses are compared by their
 * form. In older recordings, absent values are null instead; those of 2023 and later leave them out.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { handshake } from '../support/raw.ts';
import { serveHttpApi } from './api.ts';
import { open, type SocketEvent, serveWebSocketApi } from './sockets.ts';

const id = expect.stringMatching(/^[\w-]{11,15}=$/);
const time = expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/);
const epoch = expect.toSatisfy((value: unknown) => Number.isInteger(value) && String(value).length === 13);
const traceId = expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);

/** A value that a test waits for. */
function awaited<T>(): { resolve: (value: T) => void; promise: Promise<T> } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, resolve };
}

interface Recorded {
  readonly route: string;
  /** The bytes after `POST `: path and query. */
  readonly target: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer;
  /** The parts of the event that differ from those of an empty POST. */
  readonly event: {
    readonly rawPath: string;
    readonly rawQueryString?: string;
    readonly cookies?: readonly string[];
    readonly headers: object;
    readonly queryStringParameters?: object;
    readonly pathParameters?: object;
    readonly userAgent?: string;
    readonly body?: string;
    readonly isBase64Encoded?: boolean;
  };
}

const plain = { 'content-length': '0', 'content-type': 'text/plain; charset=utf-8' };
const plainLines = ['Content-Type: text/plain; charset=utf-8', 'Content-Length: 0'];

const requests: Record<string, Recorded> = {
  'with a query, cookies and headers': {
    route: 'POST /api/users/{userId}/orders',
    target: '/api/users/123/orders?status=pending&tag=important&tag=urgent',
    headers: [
      'Accept: text/html, application/json',
      'Cookie: session=abc123; theme=dark',
      'User-Agent: TestAgent',
      'X-Custom-Header: value1',
      ...plainLines,
    ],
    event: {
      rawPath: '/api/users/123/orders',
      rawQueryString: 'status=pending&tag=important&tag=urgent',
      cookies: ['session=abc123', 'theme=dark'],
      headers: {
        accept: 'text/html, application/json',
        'user-agent': 'TestAgent',
        'x-custom-header': 'value1',
        ...plain,
      },
      queryStringParameters: { status: 'pending', tag: 'important,urgent' },
      pathParameters: { userId: '123' },
      userAgent: 'TestAgent',
    },
  },
  'with a binary body': {
    route: 'POST /api/users/{userId}/avatar',
    target: '/api/users/123/avatar',
    headers: ['Content-Type: application/octet-stream', 'Content-Length: 5'],
    body: Buffer.from([1, 2, 3, 4, 5]),
    event: {
      rawPath: '/api/users/123/avatar',
      headers: { 'content-length': '5', 'content-type': 'application/octet-stream' },
      pathParameters: { userId: '123' },
      body: 'AQIDBAU=',
      isBase64Encoded: true,
    },
  },
  'with an encoded query': {
    route: 'POST /api/search',
    target: '/api/search?q=Hello%20World&tag=C%23%20Programming&tag=.NET%20Core',
    headers: plainLines,
    event: {
      rawPath: '/api/search',
      rawQueryString: 'q=Hello%20World&tag=C%23%20Programming&tag=.NET%20Core',
      headers: plain,
      queryStringParameters: { q: 'Hello World', tag: 'C# Programming,.NET Core' },
    },
  },
  'with an encoded path': {
    route: 'POST /api/users/{username}/orders/{orderName}',
    target: '/api/users/****%20Doe/orders/Summer%20Sale%202023',
    headers: plainLines,
    event: {
      rawPath: '/api/users/**** Doe/orders/Summer Sale 2023',
      headers: plain,
      pathParameters: { username: '**** Doe', orderName: 'Summer Sale 2023' },
    },
  },
  'with emoji in the path': {
    route: 'POST /api/products/{productName}/reviews/{reviewTitle}',
    target: '/api/products/%E2%98%95%20Coffee/reviews/%F0%9F%98%8A%20Happy',
    headers: plainLines,
    event: {
      rawPath: '/api/products/☕ Coffee/reviews/😊 Happy',
      headers: plain,
      pathParameters: { productName: '☕ Coffee', reviewTitle: '😊 Happy' },
    },
  },
};

describe('the event of an HTTP API', () => {
  it.each(Object.entries(requests))(
    'for a request %s is the one that AWS recorded',
    async (_what, recorded) => {
      const { resolve, promise } = awaited<APIGatewayProxyEventV2>();
      const url = await serveHttpApi({ take: resolve }, { keys: [recorded.route] });
      const { port, host } = new URL(url);
      // By hand, because Node's clients add headers of their own.
      const head = [`POST ${recorded.target} HTTP/1.1`, `Host: ${host}`, ...(recorded.headers ?? [])];
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), recorded.body ?? Buffer.of()]),
      );
      const event = await promise;
      socket.destroy();

      const { userAgent = '', headers, ...own } = recorded.event;
      expect(event).toStrictEqual({
        version: '2.0',
        routeKey: recorded.route,
        rawQueryString: '',
        headers: {
          host,
          'x-amzn-trace-id': traceId,
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-port': port,
          'x-forwarded-proto': 'http',
          ...headers,
        },
        requestContext: {
          accountId: '000000000000',
          apiId: 'api',
          domainName: host,
          domainPrefix: '127',
          http: {
            method: 'POST',
            path: own.rawPath,
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent,
          },
          requestId: id,
          routeKey: recorded.route,
          stage: '$default',
          time,
          timeEpoch: epoch,
        },
        isBase64Encoded: false,
        ...own,
      });
    },
  );
});

describe('the response of an HTTP API', () => {
  const text = 'text/plain; charset=utf-8';
  const json = 'application/json';
  const failed = { status: 500, type: json, body: '{"message":"Internal Server Error"}' };

  it.each([
    [
      { statusCode: 200, headers: { 'Content-Type': json }, body: '{"a":1}' },
      { status: 200, type: json, body: '{"a":1}' },
    ],
    [
      { statusCode: 201, body: '{"a":1}' },
      { status: 201, type: text, body: '{"a":1}' },
    ],
    [
      { statusCode: 200, body: 'Hello', isBase64Encoded: false },
      { status: 200, type: text, body: 'Hello' },
    ],
    [
      { statusCode: 200, body: 'SGVsbG8=', isBase64Encoded: true },
      { status: 200, type: text, body: 'Hello' },
    ],
    [
      { statusCode: 201, headers: { 'Content-Type': 'application/xml' }, body: '{"a":1}' },
      { status: 201, type: 'application/xml', body: '{"a":1}' },
    ],
    [{ statusCode: 0, body: 'replaced' }, failed],
    [{ statusCode: 200.5, headers: { 'Content-Type': 'text/plain' }, body: 'Hello' }, failed],
    ['Hello, World!', { status: 200, type: json, body: 'Hello, World!' }],
    ['', { status: 200, type: json, body: '' }],
    ['Special "quoted" text', { status: 200, type: json, body: 'Special "quoted" text' }],
    [42, { status: 200, type: json, body: '42' }],
    [true, { status: 200, type: json, body: 'true' }],
    [[1, 2], { status: 200, type: json, body: '[1,2]' }],
    [{ name: 'Ada' }, { status: 200, type: json, body: '{"name":"Ada"}' }],
  ])('for the result %j is the one that AWS recorded', async (result, { status, type, body }) => {
    const response = await fetch(await serveHttpApi({ answer: () => result }));
    const { date, 'keep-alive': _, ...headers } = Object.fromEntries(response.headers);
    expect({ status: response.status, headers, body: await response.text() }).toStrictEqual({
      status,
      headers: {
        connection: 'keep-alive',
        'apigw-requestid': id,
        'content-type': type,
        'content-length': String(Buffer.byteLength(body)),
      },
      body,
    });
    expect(new Date(date ?? '').getTime()).toBeGreaterThan(0);
  });

  it('has the headers of the result as they are', async () => {
    const headers = { 'Content-Type': json, myheader: 'test,second', anotherheader: 'value' };
    const url = await serveHttpApi({ answer: () => ({ statusCode: 200, headers, body: '{}' }) });
    expect(Object.fromEntries((await fetch(url)).headers)).toMatchObject({
      'content-type': json,
      myheader: 'test,second',
      anotherheader: 'value',
    });
  });
});

describe('the event of a WebSocket API', () => {
  const context = (url: string) => ({
    extendedRequestId: id,
    requestTime: time,
    messageDirection: 'IN',
    stage: 'ws',
    connectedAt: epoch,
    requestTimeEpoch: epoch,
    requestId: id,
    domainName: new URL(url).host,
    connectionId: id,
    apiId: 'sockets',
  });

  it('for $connect is the one that AWS recorded', async () => {
    const { resolve, promise } = awaited<SocketEvent>();
    const { url } = await serveWebSocketApi({ connect: resolve });
    const { port, host } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      handshake('/ws', [
        `Host: ${host}`,
        'User-Agent: Mozilla/5.0',
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
      ]),
    );
    const event = await promise;
    socket.destroy();
    const headers = {
      Host: host,
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
      'User-Agent': 'Mozilla/5.0',
      'X-Amzn-Trace-Id': traceId,
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': port,
      'X-Forwarded-Proto': 'http',
    };
    expect(event).toStrictEqual({
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      requestContext: {
        ...context(url),
        routeKey: '$connect',
        eventType: 'CONNECT',
        identity: { sourceIp: '127.0.0.1', userAgent: 'Mozilla/5.0' },
      },
      isBase64Encoded: false,
    });
  });

  it('for a message is the one that AWS recorded', async () => {
    const { resolve, promise } = awaited<SocketEvent>();
    const { url } = await serveWebSocketApi({ message: resolve });
    const { socket } = await open(url);
    socket.send('hello');
    expect(await promise).toStrictEqual({
      requestContext: {
        ...context(url),
        routeKey: '$default',
        messageId: id,
        eventType: 'MESSAGE',
        identity: { sourceIp: '127.0.0.1' },
      },
      body: 'hello',
      isBase64Encoded: false,
    });
  });

  it.each([
    ['1000 and a reason', [1000, 'bye'], 1000, 'bye'],
    ['1001 and no reason', [1001], 1001, ''],
    ['no code', [], 1005, 'Client-side close frame status not set'],
  ])(
    'for $disconnect after a close with %s is the one that AWS recorded',
    async (_how, sent, code, reason) => {
      const { resolve, promise } = awaited<SocketEvent>();
      const { url } = await serveWebSocketApi({
        authorize: ({ methodArn }: { methodArn: string }) => ({
          principalId: 'user',
          policyDocument: { Statement: [{ Action: '*', Effect: 'Allow', Resource: methodArn }] },
        }),
        disconnect: resolve,
      });
      const { socket } = await open(url);
      socket.close(...(sent as [number?, string?]));
      await once(socket, 'close');
      const headers = { Host: new URL(url).host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
      expect(await promise).toStrictEqual({
        headers,
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        requestContext: {
          ...context(url),
          routeKey: '$disconnect',
          disconnectStatusCode: code,
          authorizer: { principalId: 'user' },
          eventType: 'DISCONNECT',
          disconnectReason: reason,
          identity: { sourceIp: '127.0.0.1' },
        },
        isBase64Encoded: false,
      });
    },
  );
});
