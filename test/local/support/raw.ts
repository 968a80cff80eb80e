import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 if the connection was closed without a response. */
  readonly status: number;
  /** Status line and headers, in lower case. */
  readonly head: string;
  readonly body: string;
}

/** Sends bytes unchanged, and reads until the server closes the connection or sends nothing for a while. */
export async function raw(port: number, bytes: string, host = '127.0.0.1'): Promise<RawAnswer> {
  const socket = connect(port, host);
  socket.setTimeout(5_000, () => socket.destroy());
  // The server may send a response before it resets the connection.
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

/** A request with `Connection: close`. Each header is a line. */
export function asked(requestLine: string, headers: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [requestLine, ...headers, ...length, 'Connection: close', '', body].join('\r\n');
}

/** The WebSocket handshake of a browser. */
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
