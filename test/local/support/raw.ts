import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  /** Status line and headers, in lower case. */
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are and reads until the server closes, or says nothing for a while. */
export async function raw(port: number, bytes: string, host = '127.0.0.1'): Promise<RawAnswer> {
  const socket = connect(port, host);
  socket.setTimeout(5_000, () => socket.destroy());
  // What the server said before it cut the connection counts, too.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.write(bytes);
  await closed;
  const end = answer.indexOf('\r\n\r\n');
  const head = (end === -1 ? answer : answer.slice(0, end)).toLowerCase();
  return {
    status: Number(/^http\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: end === -1 ? '' : answer.slice(end + 4),
  };
}

/** One request that closes its connection; headers as lines. */
export function asked(requestLine: string, headers: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [requestLine, ...headers, ...length, 'Connection: close', '', body].join('\r\n');
}

/** The handshake of a browser's socket. */
export function handshake(path: string, headers: readonly string[]): string {
  return [
    `GET ${path} HTTP/1.1`,
    ...headers,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n');
}
