import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admission, machineOnly } from '../../local/admission.ts';
import { sendJson } from '../../local/gateway/http-handler.ts';
import { type Listener, listen } from '../../local/listen.ts';
import { asked, handshake, raw } from './support/raw.ts';

/** A port whose handler returns the request that it received. */
function portFor(admission: Admission): () => number {
  let listener: Listener;
  beforeAll(async () => {
    listener = await listen(
      0,
      admission,
      Promise.resolve({
        request: ({ url, headers: { host } }, response) => sendJson(response, 200, { url, host }),
      }),
    );
  });
  afterAll(() => listener.close());
  return () => listener.port;
}

const get = (port: number, host: string) =>
  raw(port, asked('GET /x HTTP/1.1', [`Host: ${host}`])).then(({ status }) => status);

const foreign = fc.domain().filter((name) => !name.endsWith('.localhost'));

describe('a port for pages and clients', () => {
  const port = portFor({ hosts: ['chat.example'], pages: true });

  it.each([
    ...[
      'localhost',
      'localhost:8000',
      'LOCALHOST.',
      'app.localhost',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:8000',
    ],
    ...['192.168.1.5:8000', '[fe80::1]', 'chat.example', 'Chat.Example:443'],
  ])('serves the host %s', async (host) => {
    expect(await get(port(), host)).toBe(200);
  });

  it('refuses every other host name, as CloudFront does', async () => {
    await fc.assert(
      fc.asyncProperty(foreign, async (name) => {
        expect(await get(port(), name)).toBe(403);
        expect((await raw(port(), handshake('/x', [`Host: ${name}`]))).status).toBe(403);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ...[
      'localhost.evil.example',
      'evil-localhost',
      '127.0.0.1.evil.example',
      'sub.chat.example',
      'user@localhost',
    ],
    ...['localhost:8000:1', '[::1', '[localhost]', '127.1', '2130706433', '0x7f.1', 'localhost/', ','],
  ])('refuses the host %s', async (host) => {
    expect(await get(port(), host)).toBe(403);
  });

  it('names HOSTS in the message of a refusal', async () => {
    const { body } = await raw(port(), asked('GET / HTTP/1.1', ['Host: tunnel.example']));
    expect(JSON.parse(body)).toEqual({
      message:
        'The host "tunnel.example" is not allowed. Allowed: localhost, chat.example. Set HOSTS to add others.',
    });
  });

  it.each([
    ['http://localhost:8000/a?b=c', '/a?b=c', 'localhost:8000'],
    ['HTTPS://CHAT.example/a', '/a', 'CHAT.example'],
    ['http://localhost', '/', 'localhost'],
    ['http://localhost?b', '/?b', 'localhost'],
  ])(
    'accepts the target %s in absolute form, whose host has precedence over the Host header',
    async (target, url, host) => {
      const { status, body } = await raw(port(), asked(`GET ${target} HTTP/1.1`, ['Host: evil.example']));
      expect([status, JSON.parse(body)]).toEqual([200, { url, host }]);
    },
  );

  it.each([
    [403, 'http://evil.example/', ['Host: localhost']],
    [403, 'http://localhost@evil.example/', ['Host: localhost']],
    [400, 'http://evil.example\\@localhost/', ['Host: localhost']],
    [400, '*', ['Host: localhost']],
    [400, 'ftp://localhost/', ['Host: localhost']],
    [400, '/', ['Host: localhost', 'Host: localhost']],
    [400, '/', ['Host: localhost', 'host: evil.example']],
    [400, '/', []],
  ])('answers %i to the target %s with %j', async (status, target, headers) => {
    expect((await raw(port(), asked(`OPTIONS ${target} HTTP/1.1`, headers))).status).toBe(status);
  });

  it('does not change a path with two slashes', async () => {
    const { body } = await raw(port(), asked('GET //evil.example/x HTTP/1.1', ['Host: localhost']));
    expect(JSON.parse(body)).toEqual({ url: '//evil.example/x', host: 'localhost' });
  });

  it('accepts HTTP/1.0 without a Host header', async () => {
    const { status, body } = await raw(port(), asked('GET /x HTTP/1.0', []));
    expect([status, JSON.parse(body)]).toEqual([200, { url: '/x', host: `localhost:${port()}` }]);
  });
});

describe('a port for functions and tools', () => {
  const port = portFor(machineOnly);
  const post = (headers: readonly string[]) =>
    raw(port(), asked('POST / HTTP/1.1', headers, '{}')).then(({ status, head }) => ({
      status,
      cors: head.includes('access-control-'),
    }));
  const refused = { status: 403, cors: false };

  it.each(['localhost', '127.0.0.1:4566', '[::1]'])('serves the host %s', async (host) => {
    expect(await post([`Host: ${host}`])).toEqual({ status: 200, cors: false });
  });

  it('refuses other names and addresses', async () => {
    for (const host of ['evil.example', '192.168.1.5', 'chat.example', '0.0.0.0', '[::]']) {
      expect(await post([`Host: ${host}`])).toEqual(refused);
    }
  });

  it('refuses all requests of web pages', async () => {
    const marks = fc.oneof(
      fc.webUrl().map((url) => `Origin: ${new URL(url).origin}`),
      fc.constantFrom('Origin: null', 'Origin:', 'Origin: http://localhost:8000'),
      fc.constantFrom('Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'),
    );
    const type = fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'application/json');
    await fc.assert(
      fc.asyncProperty(marks, type, async (mark, contentType) => {
        const headers = ['Host: localhost', mark, `Content-Type: ${contentType}`];
        expect(await post(headers)).toEqual(refused);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses preflights and handshakes', async () => {
    const preflight = asked('OPTIONS / HTTP/1.1', [
      ...['Host: localhost', 'Origin: https://evil.example'],
      ...['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: x-amz-target'],
    ]);
    expect(await raw(port(), preflight)).toMatchObject({
      status: 403,
      head: expect.not.stringContaining('access-control-'),
    });
    const page = ['Host: localhost', 'Origin: https://evil.example'];
    expect((await raw(port(), handshake('/', page))).status).toBe(403);
    expect((await raw(port(), handshake('/', ['Host: localhost']))).status).toBe(400);
  });
});
