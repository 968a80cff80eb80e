import { connect, type Socket } from 'node:net';

/** What a client begins and does not finish, or too slowly. */
export interface Unfinished {
  readonly what: string;
  /** The bytes that it sends at once. */
  readonly begun: (host: string, token: string) => string;
  /** What it sends then, again and again. */
  readonly drip?: string;
  /** It sends FIN after that, and reads on. */
  readonly isHalfClosed?: boolean;
  /** The status of the answer; 0 if the connection ends without one. */
  readonly status: number;
}

const DRIP_MS = 100;

const lines = (...given: string[]) => given.join('\r\n');
const post = (host: string, ...more: string[]) =>
  lines('POST /users/token/ HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json', ...more);
const handshake = (host: string, token: string) =>
  lines(
    'GET /ws/ HTTP/1.1',
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  );

const BODY = '{"email":"ada@example.com",';

/** No function hears of any of these. */
export const UNFINISHED: readonly Unfinished[] = [
  { what: 'a connection that says nothing', begun: () => '', status: 408 },
  { what: 'a request line without an end', begun: () => 'GET /users/me', status: 408 },
  { what: 'headers that come byte by byte', begun: (host) => post(host, 'X-A: '), drip: 'a', status: 408 },
  {
    what: 'headers that come line by line',
    begun: (host) => post(host, ''),
    drip: 'X-A: a\r\n',
    status: 408,
  },
  { what: 'no body at all', begun: (host) => post(host, 'Content-Length: 50', '', ''), status: 408 },
  {
    what: 'a body that stops half-way',
    begun: (host) => post(host, 'Content-Length: 50', '', BODY),
    status: 408,
  },
  {
    what: 'a body that comes byte by byte',
    begun: (host) => post(host, 'Content-Length: 5000', '', BODY),
    drip: ' ',
    status: 408,
  },
  {
    what: 'chunks that never end',
    begun: (host) => post(host, 'Transfer-Encoding: chunked', '', ''),
    drip: '1\r\n{\r\n',
    status: 408,
  },
  {
    what: 'a chunk that stops half-way',
    begun: (host) => post(host, 'Transfer-Encoding: chunked', '', 'ff', BODY),
    status: 408,
  },
  {
    what: 'a body that is expected to be asked for',
    begun: (host) => post(host, 'Content-Length: 50', 'Expect: 100-continue', '', ''),
    status: 408,
  },
  {
    what: 'a body cut off by FIN',
    begun: (host) => post(host, 'Content-Length: 50', '', BODY),
    isHalfClosed: true,
    status: 400,
  },
  { what: 'headers cut off by FIN', begun: (host) => post(host, 'X-A: '), isHalfClosed: true, status: 400 },
  { what: 'a handshake that stops half-way', begun: (host, token) => handshake(host, token), status: 408 },
  {
    what: 'a handshake that comes line by line',
    begun: (host, token) => lines(handshake(host, token), ''),
    drip: 'X-A: a\r\n',
    status: 408,
  },
  {
    what: 'a handshake cut off by FIN',
    begun: (host, token) => handshake(host, token),
    isHalfClosed: true,
    status: 400,
  },
];

/** A whole request whose client then sends FIN. It gets its answer. */
export const HALF_CLOSED: Unfinished = {
  what: 'a whole request',
  begun: (host, token) =>
    lines('GET /users/me/ HTTP/1.1', `Host: ${host}`, `Authorization: Bearer ${token}`, '', ''),
  isHalfClosed: true,
  status: 200,
};

export interface Ended {
  readonly status: number;
  readonly milliseconds: number;
}

/** Sends it, and waits until the server ends the connection. */
export async function sendUnfinished(
  url: string,
  token: string,
  { begun, drip, isHalfClosed = false }: Unfinished,
): Promise<Ended> {
  const { host, hostname, port } = new URL(url);
  const began = performance.now();
  const socket: Socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  // The server resets the connection while more is coming.
  socket.on('error', () => {});
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.on('end', () => socket.end());
  socket.write(begun(host, token));
  if (isHalfClosed) socket.end();
  const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), DRIP_MS);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(dripping);
  return {
    status: statusIn(answer),
    milliseconds: performance.now() - began,
  };
}

/** The last one: an answer of 100 may come first. */
function statusIn(answer: string): number {
  return Number([...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].at(-1)?.[1] ?? 0);
}
