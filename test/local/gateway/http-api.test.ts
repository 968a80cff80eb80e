import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { raw } from '../support/raw.ts';
import { serveHttpApi } from './api.ts';

const echo = { echo: (event: APIGatewayProxyEventV2) => event };

async function eventOf(url: string, init?: RequestInit): Promise<APIGatewayProxyEventV2> {
  return (await (await fetch(url, init)).json()) as APIGatewayProxyEventV2;
}

describe('the event of an HTTP API', () => {
  it('has payload format 2.0', async () => {
    const url = await serveHttpApi(echo, { keys: ['POST /chat/{user}'] });
    const event = await eventOf(`${url}/chat/ann%20b?a=1&a=2&b=%26`, {
      method: 'POST',
      body: '{"x":1}',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'test',
        Cookie: 'one=1; two=2',
      },
    });
    const host = url.slice('http://'.length);
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'POST /chat/{user}',
      rawPath: '/chat/ann b',
      rawQueryString: 'a=1&a=2&b=%26',
      cookies: ['one=1', 'two=2'],
      headers: expect.objectContaining({
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'test',
        host,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-port': host.split(':')[1],
      }),
      queryStringParameters: { a: '1,2', b: '&' },
      pathParameters: { user: 'ann b' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'api',
        domainName: host,
        domainPrefix: '127',
        http: {
          method: 'POST',
          path: '/chat/ann b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        routeKey: 'POST /chat/{user}',
        stage: '$default',
        time: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
        timeEpoch: expect.closeTo(Date.now(), -5),
      },
      body: '{"x":1}',
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('leaves out fields that the request does not have', async () => {
    const event = await eventOf(`${await serveHttpApi(echo)}/`);
    for (const absent of ['body', 'cookies', 'pathParameters', 'queryStringParameters']) {
      expect(event).not.toHaveProperty(absent);
    }
    expect(event.isBase64Encoded).toBe(false);
  });

  it.each([
    ['text/plain', false],
    ['application/json', false],
    ['Application/Problem+JSON', false],
    ['application/xml', false],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    ['image/png', true],
  ])('with a body of type %s has base64 %s', async (type, isBase64Encoded) => {
    const url = await serveHttpApi(echo);
    const event = await eventOf(url, { method: 'POST', body: 'é', headers: { 'content-type': type } });
    expect(event).toMatchObject({ body: isBase64Encoded ? 'w6k=' : 'é', isBase64Encoded });
  });

  it('has a body without a type as base64', async () => {
    const event = await eventOf(await serveHttpApi(echo), { method: 'POST', body: new Uint8Array([0, 255]) });
    expect(event).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
  });

  it.each([
    [{ 'x-forwarded-proto': 'https' }, 'https', '443'],
    [{ 'x-forwarded-proto': 'HTTPS', 'x-forwarded-port': '8443' }, 'https', '8443'],
    [{ 'x-forwarded-proto': 'https, http' }, 'https', '443'],
    [{ 'x-forwarded-proto': 'wss', 'x-forwarded-port': '443, 8000' }, 'https', '443'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-port': 'none' }, 'https', '443'],
    [{ 'x-forwarded-proto': 'http', 'x-forwarded-port': '80' }, 'http', 'own'],
    [{ 'x-forwarded-proto': 'gopher' }, 'http', 'own'],
    [{ 'x-forwarded-proto': '' }, 'http', 'own'],
  ])(
    'uses the headers %j of a proxy on this machine',
    async (headers: Record<string, string>, scheme, port) => {
      const url = await serveHttpApi(echo);
      const event = await eventOf(url, { headers });
      expect([event.headers['x-forwarded-proto'], event.headers['x-forwarded-port']]).toEqual([
        scheme,
        port === 'own' ? new URL(url).port : port,
      ]);
    },
  );

  it('appends the address of the caller to X-Forwarded-For', async () => {
    const event = await eventOf(await serveHttpApi(echo), { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(event.headers['x-forwarded-for']).toBe('192.0.2.1, 127.0.0.1');
  });
});

describe('the response of an HTTP API', () => {
  it("has the function's status, headers, cookies and body", async () => {
    const url = await serveHttpApi({
      made: () => ({
        statusCode: 201,
        headers: { 'Content-Type': 'application/problem+json', 'X-Count': 3, Connection: 'upgrade' },
        cookies: ['a=1', 'b=2'],
        body: '{"é":1}',
      }),
    });
    const response = await fetch(url);
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('{"é":1}');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/problem+json',
      'content-length': '8',
      'x-count': '3',
      connection: 'keep-alive',
      'apigw-requestid': expect.any(String),
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it.each([
    ['an object', { a: 1 }, '{"a":1}'],
    ['a string', 'Hello', 'Hello'],
    ['nothing', undefined, 'null'],
  ])('is 200 with JSON if the function returns %s without a status', async (_what, result, body) => {
    const response = await fetch(await serveHttpApi({ inferred: () => result }));
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      body,
    ]);
  });

  it('has the decoded content of a base64 body', async () => {
    const url = await serveHttpApi({
      image: () => ({ statusCode: 200, body: 'AP8=', isBase64Encoded: true }),
    });
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(new Uint8Array([0, 255]));
  });

  it('to a HEAD request has the headers but no body', async () => {
    const url = await serveHttpApi({ page: () => ({ statusCode: 200, body: 'four' }) });
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      '4',
      '',
    ]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no'))],
    ['returns a status that is none', () => ({ statusCode: 'fine' })],
    ['returns a body that is no string', () => ({ statusCode: 200, body: { a: 1 } })],
    ['returns a header that HTTP does not allow', () => ({ statusCode: 200, headers: { a: 'x\ny' } })],
  ])('is 500 if the function %s', async (_what, broken) => {
    const response = await fetch(await serveHttpApi({ broken }));
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('is 503 if the function exceeds the integration timeout', async () => {
    const url = await serveHttpApi({ slow: () => new Promise(() => {}) }, {}, { integrationTimeoutMs: 100 });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });

  it('is 404 if no route matches', async () => {
    const response = await fetch(`${await serveHttpApi(echo, { keys: ['GET /users'] })}/other`);
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  it('is 400 for malformed percent-encoding', async () => {
    const url = await serveHttpApi(echo);
    for (const path of ['/%', '/users/%ff', '/%zz']) {
      const response = await fetch(url + path);
      expect([path, response.status, await response.json()]).toEqual([path, 400, { message: 'Bad Request' }]);
    }
  });

  it.each([
    ['with', 'a length', new Uint8Array(11_000_000)],
    ['without', 'a length', new Blob([new Uint8Array(11_000_000)]).stream()],
  ])('is 413 for a payload over 10 MB %s %s', async (_with, _what, body) => {
    const response = await fetch(await serveHttpApi(echo), {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    expect([response.status, await response.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });
});

describe('a HEAD request', () => {
  const answer = () => ({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'a body' });
  const asked = async (keys: readonly string[]) => {
    const url = new URL('/x', await serveHttpApi({ answer }, { keys }));
    const { status, head, body } = await raw(
      Number(url.port),
      ['HEAD /x HTTP/1.1', 'Host: localhost', 'Connection: close', '', ''].join('\r\n'),
    );
    return { status, body, length: /content-length: (\d+)/.exec(head)?.[1] };
  };

  it('does not match a route for GET', async () => {
    expect(await asked(['GET /x', 'POST /x'])).toMatchObject({ status: 404, body: '' });
  });

  it.each(['HEAD /x', 'ANY /x', '$default'])(
    'matches the route %s and gets the length of the body without the body',
    async (key) => {
      expect(await asked(['GET /x', key])).toEqual({ status: 200, body: '', length: '6' });
    },
  );
});
