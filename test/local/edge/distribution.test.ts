import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpApi } from '../../../local/gateway/http-api.ts';
import type { BucketFolder } from '../../../local/model.ts';
import { pathPattern } from '../../../local/wildcard.ts';
import { invokerOf } from '../gateway/api.ts';
import { open, type SocketEvent, serveWebSocketApi } from '../gateway/sockets.ts';
import { behaviorOf, mirror, mirrored, serveSite } from './site.ts';

describe('a path pattern', () => {
  it.each([
    ['*', '/', true],
    ['/users*', '/users', true],
    ['/users*', '/users/a/b', true],
    ['users*', '/users/a', true],
    ['/users*', '/Users', false],
    ['/.well-known/*', '/xwell-known/a', false],
    ['*.jp?g', '/a/b.jpeg', true],
    ['*.jp?g', '/a/b.jpg', false],
  ])('%s matches %s: %s', (pattern, path, matches) => {
    expect(pathPattern(pattern).test(path)).toBe(matches);
  });
});

describe('a behaviour', () => {
  it('is the first one whose pattern matches the path without the query', async () => {
    const contents: BucketFolder[] = [];
    const { url } = await serveSite([
      behaviorOf('/api/files/*', { origin: { kind: 'bucket', contents } }),
      behaviorOf('/api/*'),
      behaviorOf('*', { origin: { kind: 'bucket', contents } }),
    ]);
    const status = async (path: string) => (await fetch(url + path)).status;
    expect(await status('/api/users?x=/api/files/')).toBe(200);
    expect(await status('/api/files/a')).toBe(404);
    expect(await status('/')).toBe(404);
  });

  it('refuses methods that it does not allow, and a GET with a body, with 403', async () => {
    const { url } = await serveSite([behaviorOf('*', { methods: ['GET', 'HEAD'] })]);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
    const sent = request(url, { method: 'GET', headers: { 'content-length': 1 } });
    sent.end('x');
    const response = await new Promise<IncomingMessage>((resolve) => sent.on('response', resolve));
    response.resume();
    expect(response.statusCode).toBe(403);
  });

  it('adds the headers of its policy to every response', async () => {
    const responseHeaders = [
      { name: 'content-type', value: 'text/mine', override: true },
      { name: 'x-frame-options', value: 'DENY', override: true },
    ];
    const { url } = await serveSite([
      behaviorOf('/soft', {
        responseHeaders: [{ name: 'Content-Type', value: 'text/mine', override: false }],
      }),
      behaviorOf('*', { methods: ['GET'], responseHeaders }),
    ]);
    const headers = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).headers;
    expect(Object.fromEntries(await headers('/'))).toMatchObject({
      'content-type': 'text/mine',
      'x-frame-options': 'DENY',
    });
    expect((await headers('/', { method: 'DELETE' })).get('x-frame-options')).toBe('DENY');
    expect((await headers('/soft')).get('content-type')).toBe('application/json');
  });

  it('refuses URLs of more than 8,192 characters with 414', async () => {
    const { url } = await serveSite([behaviorOf('*')]);
    expect((await fetch(`${url}/${'x'.repeat(8191)}`)).status).toBe(200);
    expect((await fetch(`${url}/${'x'.repeat(8192)}`)).status).toBe(414);
  });

  it('can change with a reload', async () => {
    const { url, site } = await serveSite([behaviorOf('*')]);
    const origins = { httpApi: mirror, webSocketApi: { handleUpgrade: () => {} } };
    site.reload(
      { behaviors: [behaviorOf('*', { methods: ['GET'] })], defaultRootObject: undefined },
      origins,
    );
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  });
});

describe('an origin', () => {
  it('gets the request without its Host header, and with the headers that CloudFront adds', async () => {
    const { url } = await serveSite([behaviorOf('*')]);
    const seen = await mirrored(`${url}/a%20b?c=%26&d`, {
      method: 'PUT',
      body: 'x',
      headers: { cookie: 'a=1; b=2', 'x-forwarded-for': '192.0.2.1', 'x-own': 'y' },
    });
    expect(seen).toMatchObject({
      method: 'PUT',
      url: '/a%20b?c=%26&d',
      headers: {
        cookie: 'a=1; b=2',
        'x-own': 'y',
        'x-forwarded-for': '192.0.2.1, 127.0.0.1',
        via: '1.1 local (CloudFront)',
        'x-amz-cf-id': expect.any(String),
      },
    });
    expect(seen.headers).not.toHaveProperty('host');
  });

  it('gets its own host name if it is an HTTP API', async () => {
    const api = httpApi(
      { id: 'api1', cors: undefined, routes: [{ key: '$default', functionName: 'echo' }] },
      invokerOf({ echo: (event: object) => event }),
    );
    const { url } = await serveSite([behaviorOf('*')], {}, { httpApi: api });
    expect(await (await fetch(url)).json()).toMatchObject({
      headers: { 'x-forwarded-for': '127.0.0.1, 127.0.0.1', 'x-forwarded-proto': 'http' },
      requestContext: { domainName: 'api1.execute-api.us-east-1.amazonaws.com' },
    });
  });
});

describe('a socket', () => {
  const sockets = behaviorOf('/ws*', { origin: { kind: 'websocket-api' } });

  async function serveSockets(viewerRequest: string | undefined) {
    const { api } = await serveWebSocketApi({
      message: ({ requestContext }: SocketEvent) => ({ statusCode: 200, body: requestContext.domainName }),
      connect: ({ queryStringParameters = {} }: SocketEvent) => ({
        statusCode: queryStringParameters.user_id === 'ann' ? 200 : 400,
      }),
    });
    const { url } = await serveSite(
      [{ ...sockets, viewerRequest }, behaviorOf('*')],
      {},
      { webSocketApi: api },
    );
    return url.replace('http:', 'ws:');
  }

  it('goes to the WebSocket API', async () => {
    const client = await open(`${await serveSockets(undefined)}/ws?user_id=ann`);
    client.socket.send('{}');
    expect(await client.next()).toBe('sockets.execute-api.us-east-1.amazonaws.com');
  });

  it('can use a path that a viewer function rewrites to a query', async () => {
    const url = await serveSockets(`function handler({ request }) {
      const [, , , user] = request.uri.split('/');
      request.uri = '/ws'; request.querystring.user_id = { value: user };
      return request; }`);
    await open(`${url}/ws/chat/ann/`);
    await expect(open(`${url}/ws/chat/bob/`)).rejects.toThrow('400');
  });

  it('is refused if the viewer function returns a response', async () => {
    const url = await serveSockets('function handler() { return { statusCode: 429 }; }');
    await expect(open(`${url}/ws?user_id=ann`)).rejects.toThrow('429');
  });

  it('gets a plain response from an origin without sockets', async () => {
    await expect(open(`${await serveSockets(undefined)}/users`)).rejects.toThrow('200');
  });

  it('is required by a WebSocket API, which answers a plain request with 403', async () => {
    const url = (await serveSockets(undefined)).replace('ws:', 'http:');
    const response = await fetch(`${url}/ws?user_id=ann`);
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });
});

describe('an upgrade request', () => {
  it('reaches an HTTP API like any other request', async () => {
    const api = httpApi(
      { id: 'api1', cors: undefined, routes: [{ key: 'GET /users', functionName: 'users' }] },
      invokerOf({ users: () => ({ statusCode: 200, body: 'all' }) }),
    );
    const { url } = await serveSite([behaviorOf('*')], {}, { httpApi: api });
    const sent = request(`${url}/users`, { headers: { connection: 'upgrade', upgrade: 'h2c' } }).end();
    const response = await new Promise<IncomingMessage>((resolve) => sent.on('response', resolve));
    const chunks = await response.toArray();
    expect([response.statusCode, Buffer.concat(chunks).toString()]).toEqual([200, 'all']);
  });
});

describe('a request with too large headers', () => {
  it('is refused with 431', async () => {
    const { site } = await serveSite([behaviorOf('*')]);
    const server = createServer(site.request).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { large: 'x'.repeat(20_000) } });
    expect(response.status).toBe(431);
  });
});
