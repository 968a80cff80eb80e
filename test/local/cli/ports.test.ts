import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { descendants } from '../../support/processes.ts';
import { type Listening, listening } from '../support/listening.ts';
import { asked, handshake, raw } from '../support/raw.ts';
import { type Started, start } from './command.ts';

/** `npm start` and all its processes. The operating system tells which ports they listen on. */
describe.skipIf(process.platform !== 'linux')('the ports of npm start', () => {
  let started: Started;
  let front: number;
  let endpoint: number;
  let key: string;
  let ports: readonly Listening[];

  beforeAll(async () => {
    started = start(['--memory'], { PORT: '0', HOSTS: 'chat.example' });
    const line = await started.line(/ready/);
    front = Number(/localhost:(\d+)/.exec(line)?.[1]);
    const [, found, keyId] = /Secrets Manager: http:\/\/127\.0\.0\.1:(\d+)\/ .* key (\w+)/.exec(line) ?? [];
    [endpoint, key] = [Number(found), keyId ?? ''];
    // A request starts a function, so its process is running.
    await raw(front, asked('GET /users HTTP/1.1', ['Host: localhost']));
    const pid = started.child.pid ?? 0;
    ports = [pid, ...descendants(pid)].flatMap(listening);
  });
  afterAll(async () => {
    started.child.kill('SIGTERM');
    await started.ended;
  });

  const authorization = (id: string) =>
    `Authorization: AWS4-HMAC-SHA256 Credential=${id}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;
  const tables = ['X-Amz-Target: DynamoDB_20120810.ListTables', 'X-Amz-Date: 20260101T000000Z'];
  const json = 'Content-Type: application/x-amz-json-1.0';
  const listTables = (target: string, headers: readonly string[], version = '1.1') =>
    raw(endpoint, asked(`POST ${target} HTTP/${version}`, [...tables, json, ...headers], '{}'));

  it('are all on loopback: distribution, APIs, AWS endpoint, Runtime API, engine and its tools', () => {
    expect(ports.map(({ host }) => host).filter((host) => !host.startsWith('127.'))).toEqual([]);
    expect(ports.map(({ port }) => port)).toEqual(expect.arrayContaining([front, endpoint]));
    expect(ports).toHaveLength(6);
  });

  it('refuse all requests of pages of other sites', async () => {
    const page = 'Origin: https://evil.example';
    const rebound = 'Host: evil.example';
    for (const { host, port } of ports) {
      // Node's fetch refuses the same ports as a browser.
      const blocked = await fetch(`http://${host}:${port}/`).then(
        () => false,
        (error: Error) => (error.cause as Error | undefined)?.message === 'bad port',
      );
      if (blocked) continue;
      const own = `Host: 127.0.0.1:${port}`;
      const signed = [...tables, json, authorization('local')];
      const answers = await Promise.all(
        [
          asked('OPTIONS / HTTP/1.1', [own, page, 'Access-Control-Request-Method: POST']),
          asked('POST / HTTP/1.1', [own, page, ...signed], '{}'),
          asked('POST / HTTP/1.1', [own, page, 'Content-Type: text/plain'], '{}'),
          asked('POST /mcp HTTP/1.1', [own, page, 'Content-Type: text/plain'], '{}'),
          asked('POST / HTTP/1.1', [rebound, ...signed], '{}'),
          asked('GET / HTTP/1.1', [rebound, 'Sec-Fetch-Site: same-origin']),
          asked('GET http://evil.example/ HTTP/1.1', [own]),
          asked('GET /2018-06-01/runtime/invocation/next HTTP/1.1', [own, page]),
          handshake('/ws', [own, page]),
          handshake('/ws', [rebound, 'Origin: http://evil.example']),
        ].map((bytes) => raw(port, bytes, host)),
      );
      for (const { status, head } of answers) {
        expect([port, status]).toEqual([port, expect.toSatisfy((one: number) => one >= 400 && one < 500)]);
        expect(head).not.toContain('access-control-allow-origin');
      }
    }
  });

  it('have the engine on a port that browsers refuse, at an address that no page can guess', async () => {
    const engines = [];
    for (const { host, port } of ports) {
      const { body } = await raw(port, asked('GET / HTTP/1.1', ['Host: x']), host);
      if (body.startsWith('healthy: dynamodb')) engines.push({ host, port });
    }
    expect(engines).toHaveLength(1);
    const [{ host, port } = { host: '', port: 0 }] = engines;
    expect(host).not.toBe('127.0.0.1');
    await expect(fetch(`http://${host}:${port}/`)).rejects.toMatchObject({ cause: { message: 'bad port' } });
  });

  describe('the AWS endpoint', () => {
    const own = () => `Host: 127.0.0.1:${endpoint}`;

    it('accepts requests that are signed with the key of this run', async () => {
      const { status, body } = await listTables('/', [own(), authorization(key)]);
      expect([status, JSON.parse(body).TableNames]).toEqual([200, [expect.any(String)]]);
      const absolute = await listTables(`http://localhost:${endpoint}/`, [own(), authorization(key)]);
      expect(absolute.status).toBe(200);
      expect((await listTables('/', [authorization(key)], '1.0')).status).toBe(200);
    });

    it.each(['local', 'x', 'parley-dev-message', `LOCAL${'0'.repeat(32)}`, ''])(
      'refuses the key "%s"',
      async (id) => {
        const { status, body } = await listTables('/', [own(), authorization(id)]);
        expect([status, JSON.parse(body)]).toEqual([
          400,
          expect.objectContaining({ __type: 'UnrecognizedClientException' }),
        ]);
      },
    );

    it('refuses unsigned requests for each service', async () => {
      expect((await listTables('/', [own()])).status).toBe(400);
      const secret = ['X-Amz-Target: secretsmanager.GetSecretValue', own()];
      const answer = await raw(endpoint, asked('POST / HTTP/1.1', secret, '{"SecretId":"signing"}'));
      expect([answer.status, JSON.parse(answer.body).__type]).toEqual([
        400,
        'MissingAuthenticationTokenException',
      ]);
      const post = asked('POST /ws/@connections/abc%3D HTTP/1.1', [own(), authorization('x')], 'hello');
      expect((await raw(endpoint, post)).status).toBe(403);
    });

    it('refuses pages and rebound names even with the key', async () => {
      const signed = authorization(key);
      expect((await listTables('/', [own(), signed, 'Origin: null'])).status).toBe(403);
      expect((await listTables('/', ['Host: evil.example', signed])).status).toBe(403);
      expect((await listTables('/', ['Host: chat.example', signed])).status).toBe(403);
      expect((await listTables('http://evil.example/', [own(), signed])).status).toBe(403);
    });

    it('forwards requests only to the engine, for every target', async () => {
      let visits = 0;
      const elsewhere = createServer((socket) => {
        visits += 1;
        socket.destroy();
      });
      const port = await new Promise<number>((resolve) => {
        elsewhere.listen(0, '127.0.0.1', () => resolve((elsewhere.address() as { port: number }).port));
      });
      const targets = ['//', '/\\', '//x@', '/../', '/http://'].map((start) => `${start}127.0.0.1:${port}/`);
      for (const target of [...targets, `http://localhost//127.0.0.1:${port}/`]) {
        const { status } = await listTables(target, [own(), authorization(key)]);
        expect([target, status]).toEqual([target, 501]);
      }
      const absolute = await listTables(`http://127.0.0.1:${port}/`, [own(), authorization(key)]);
      expect(absolute.status).toBe(200);
      elsewhere.close();
      expect(visits).toBe(0);
    });
  });

  describe('invalid requests', () => {
    const openFiles = () => readdirSync(`/proc/${started.child.pid}/fd`).length;
    const odd = [
      ...[
        '\x16\x03\x01\x02\x00\x01\x00',
        'PRI * HTTP/2.0\r\n\r\nSM',
        'FOO / HTTP/1.1\r\n',
        'GET /\x00 HTTP/1.1\r\n',
      ],
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}`,
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost`,
      'CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz',
      'POST /users/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6',
      'GET /%zz/%c0%ae HTTP/1.1\r\nHost: localhost\r\nConnection: close',
      'GET /__proto__?__proto__=1 HTTP/1.1\r\nHost: localhost\r\n__proto__: x\r\nConnection: close',
    ];
    const lives = async () => {
      expect((await raw(front, asked('GET / HTTP/1.1', ['Host: localhost']))).status).toBe(200);
      expect((await listTables('/', [`Host: localhost`, authorization(key)])).status).toBe(200);
    };

    it('get a client error or a closed connection at each port', async () => {
      // The engine's health check accepts a long header.
      const blamesClient = (status: number) =>
        status === 0 || status === 200 || (status >= 400 && status < 500);
      await Promise.all(
        ports.flatMap(({ host, port }) =>
          odd.map(async (bytes) => {
            const { status } = await raw(port, `${bytes}\r\n\r\n`, host);
            const about = [port, bytes.slice(0, 40)];
            expect([...about, status]).toEqual([...about, expect.toSatisfy(blamesClient)]);
          }),
        ),
      );
      await lives();
    });

    it('do not end the runtime if they are arbitrary bytes', async () => {
      const bytes = fc.string({ unit: 'binary', maxLength: 200 });
      await fc.assert(
        fc.asyncProperty(bytes, bytes, fc.constantFrom(front, endpoint), async (line, header, port) => {
          const { status } = await raw(port, `${line} HTTP/1.1\r\n${header}\r\n\r\n`);
          expect(status).toBeLessThan(500);
        }),
        { numRuns: 50 },
      );
      await lives();
    });

    it('do not end the runtime if hundreds are cut off, and leave no open files', async () => {
      await lives();
      const before = openFiles();
      for (const port of [front, endpoint]) {
        const cut = Array.from({ length: 300 }, async (_, index) => {
          const socket = connect(port, '127.0.0.1').on('error', () => {});
          await once(socket, 'connect');
          socket.write(
            index % 2 === 0
              ? 'POST /users/token/ HTTP/1.1\r\nHost: lo'
              : handshake('/ws', ['Host: localhost']),
          );
          return socket;
        });
        for (const [index, socket] of (await Promise.all(cut)).entries()) {
          if (index % 3 === 0) socket.destroy();
          else socket.resetAndDestroy();
        }
      }
      await vi.waitFor(() => expect(openFiles()).toBeLessThan(before + 20), {
        timeout: 20_000,
        interval: 200,
      });
      await lives();
    });
  });

  describe('the port of the distribution', () => {
    it.each(['localhost', '127.0.0.1', '[::1]', 'chat.example'])('serves the host %s', async (host) => {
      expect((await raw(front, asked('GET / HTTP/1.1', [`Host: ${host}`]))).status).toBe(200);
      expect((await raw(front, asked(`GET http://${host}/schema HTTP/1.1`, ['Host: x']))).status).toBe(200);
    });

    it('returns URLs with the scheme and host name of a TLS proxy', async () => {
      const json = async (method: string, path: string, headers: readonly string[], body = '') => {
        const type = ['Host: chat.example', 'X-Forwarded-Proto: https', 'Content-Type: application/json'];
        const answer = await raw(front, asked(`${method} ${path} HTTP/1.1`, [...type, ...headers], body));
        return JSON.parse(answer.body) as { access: string; next: string };
      };
      const password = 'an engine weaves';
      for (const username of ['ada', 'mary', 'grace']) {
        const named = { username, email: `${username}@example.com`, first_name: 'A', last_name: 'B' };
        await json(
          'POST',
          '/users/register/',
          [],
          JSON.stringify({ ...named, password, password2: password }),
        );
      }
      const login = JSON.stringify({ email: 'ada@example.com', password });
      const { access } = await json('POST', '/users/token/', [], login);
      await vi.waitFor(
        async () => {
          const { next } = await json('GET', '/users/?limit=1', [`Authorization: Bearer ${access}`]);
          expect(next).toMatch(/^https:\/\/chat\.example\/users/);
        },
        { timeout: 20_000, interval: 250 },
      );
    });

    it('serves pages and API over HTTP/1.0 without a Host header', async () => {
      expect((await raw(front, asked('GET / HTTP/1.0', []))).status).toBe(200);
      expect((await raw(front, asked('GET /schema/ HTTP/1.0', []))).status).toBe(200);
      expect((await raw(front, asked('GET /users/ HTTP/1.0', []))).status).toBe(401);
    });
  });
});
