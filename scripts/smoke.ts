import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

/**
 * Checks a deployment from outside, as its first users would: `npm run smoke -- https://…`. It registers an account with a
 * random name, which stays. With `--long` it also waits until API Gateway closes a silent socket.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
});
const url = positionals[0]?.replace(/\/+$/, '');
if (url === undefined || positionals.length > 1 || !/^https?:\/\/[^/]+$/.test(url)) {
  console.error('Usage: npm run smoke -- https://<domain> [--long]');
  process.exit(1);
}
const socketUrl = `${url.replace(/^http/, 'ws')}/ws/`;
const PATIENCE_MS = 15_000;
const IDLE_MINUTES = 10;
let failed = 0;

/** Runs one check and prints its result. A check fails by throwing. */
async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`failed  ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

const ask = (path: string, init: RequestInit = {}) =>
  fetch(url + path, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS), ...init });

async function post(path: string, body: object, status: number): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' };
  const response = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (response.status !== status) throw new Error(`POST ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function openSocket(options: { readonly origin?: string } = {}): Promise<WebSocket> {
  const socket = new WebSocket(socketUrl, ['parley', access], { handshakeTimeout: PATIENCE_MS, ...options });
  await once(socket, 'open');
  expect('the subprotocol', socket.protocol, 'parley');
  return socket;
}

/** The code with which the server closes the socket. */
async function closeCode(socket: WebSocket, ms: number): Promise<number> {
  try {
    const [code] = await once(socket, 'close', { signal: AbortSignal.timeout(ms) });
    return code;
  } catch {
    throw new Error(`the socket was still open after ${Math.round(ms / 1000)} seconds`);
  } finally {
    socket.terminate();
  }
}

let access = '';
const username = `smoke-${randomUUID()}`;
const email = `${username}@example.com`;
const password = randomUUID();

await check('an account can be registered, and can log in', async () => {
  const names = { first_name: 'Smoke', last_name: 'Check' };
  await post('/users/register/', { email, username, ...names, password, password2: password }, 201);
  access = (await post('/users/token/', { email, password }, 200)).access ?? '';
});

await check('/users/ answers with its trailing slash and without', async () => {
  for (const path of ['/users/', '/users']) {
    const response = await ask(path, { headers: { authorization: `Bearer ${access}` } });
    expect(`the status of ${path}`, response.status, 200);
    const { next } = (await response.json()) as { next: string | null };
    if (next !== null) expect('the origin of `next`', new URL(next).origin, url);
  }
});

await check('a page of the site may open a socket', async () => {
  (await openSocket({ origin: url })).terminate();
});

await check('OPTIONS answers 204', async () => {
  expect('the status', (await ask('/users/', { method: 'OPTIONS' })).status, 204);
});

await check('a preflight of another origin answers 204', async () => {
  const headers = { origin: 'https://smoke.example', 'access-control-request-method': 'GET' };
  expect('the status', (await ask('/users/', { method: 'OPTIONS', headers })).status, 204);
});

await check('a device gets a pong, with its reference', async () => {
  const socket = await openSocket();
  try {
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
    socket.send(JSON.stringify({ action: 'ping', ref: 'smoke' }));
    const frame = JSON.parse(String((await answer)[0]));
    expect('the type', frame.type, 'pong');
    expect('the reference', frame.ref, 'smoke');
  } finally {
    socket.terminate();
  }
});

await check('a binary frame closes the socket with 1003', async () => {
  const socket = await openSocket();
  const closed = closeCode(socket, PATIENCE_MS);
  socket.send(Buffer.from('{"action":"ping"}'));
  expect('the code', await closed, 1003);
});

await check('a socket without a token is refused with 401', async () => {
  const socket = new WebSocket(socketUrl, { handshakeTimeout: PATIENCE_MS });
  socket.on('error', () => {});
  const answered = once(socket, 'unexpected-response', { signal: AbortSignal.timeout(PATIENCE_MS) });
  const [, response] = await answered;
  socket.terminate();
  expect('the status', response.statusCode, 401);
});

const isCloudFront = (await ask('/').catch(() => undefined))?.headers.has('x-amz-cf-id') ?? false;
if (isCloudFront) {
  await check('CloudFront keeps no error', async () => {
    const path = `/${randomUUID()}`;
    for (const turn of ['first', 'second']) {
      const response = await ask(path);
      expect(`the ${turn} status`, response.status, 404);
      if (turn === 'second')
        expect('a hit', /^(Error )?Hit/i.test(response.headers.get('x-cache') ?? ''), false);
      await delay(500);
    }
  });
} else {
  console.log('skipped CloudFront keeps no error: only a distribution can show this');
}

if (values.long) {
  await check(`a silent socket is closed with 1001 after ${IDLE_MINUTES} minutes`, async () => {
    expect('the code', await closeCode(await openSocket(), (IDLE_MINUTES + 1) * 60_000), 1001);
  });
} else {
  console.log(`skipped a silent socket is closed with 1001 after ${IDLE_MINUTES} minutes: give --long`);
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} failed.`);
process.exit(failed === 0 ? 0 : 1);
