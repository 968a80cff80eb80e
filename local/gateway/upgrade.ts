import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** API Gateway's quotas. A larger frame or message closes the socket with 1009. */
const maximumFrameBytes = 32 * 1024;
const maximumMessageBytes = 128 * 1024;

export interface Upgrader {
  readonly sockets: ReadonlySet<WebSocket>;
  /** Completes a handshake. Returns undefined if the client has closed the connection in the meantime. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    subprotocol: string | undefined,
  ): WebSocket | undefined;
}

export function upgrader(): Upgrader {
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maximumMessageBytes,
    // The $connect function selects the subprotocol: see the 'headers' event below.
    handleProtocols: () => false,
  });
  server.on('headers', (headers, request) => {
    const subprotocol = subprotocols.get(request);
    if (subprotocol !== undefined) {
      headers.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
    }
  });
  return {
    sockets: server.clients,
    upgrade(request, socket, head, subprotocol) {
      if (subprotocol !== undefined) {
        subprotocols.set(request, subprotocol);
      }
      let upgraded: WebSocket | undefined;
      server.handleUpgrade(request, socket, head, (webSocket) => {
        upgraded = webSocket;
        const tooLarge = () => webSocket.close(1009, 'Message too big');
        // This listener runs before the one of `ws`, so the socket is closing before `ws` completes the message.
        socket.prependListener('data', watchFrames(maximumFrameBytes, tooLarge));
      });
      return upgraded;
    },
  };
}

/**
 * Reads the headers of the frames that a client sends (RFC 6455, 5.2). It calls `onTooLarge` once, for the first frame
 * whose payload exceeds `maximumBytes`. `ws` limits whole messages only, but API Gateway also limits each frame.
 *
 * @returns a listener for each chunk of the socket; it must run before the listener of `ws`
 */
export function watchFrames(maximumBytes: number, onTooLarge: () => void): (chunk: Buffer) => void {
  let header: number[] = [];
  let payloadLeft = 0;
  let done = false;

  return (chunk) => {
    let offset = 0;
    while (!done && offset < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - offset);
        payloadLeft -= skipped;
        offset += skipped;
        continue;
      }
      header.push(chunk[offset] ?? 0);
      offset += 1;
      if (header.length === headerBytes(header)) {
        payloadLeft = payloadBytes(header);
        header = [];
        if (payloadLeft > maximumBytes) {
          done = true;
          onTooLarge();
        }
      }
    }
  };
}

const extendedLengthBytes = { 126: 2, 127: 8 } as const;

function lengthByte(header: readonly number[]): number {
  return (header[1] ?? 0) & 0x7f;
}

/** The length of this header as far as its first bytes tell: opcode, length, extended length, mask. */
function headerBytes(header: readonly number[]): number {
  if (header.length < 2) {
    return 2;
  }
  const isMasked = ((header[1] ?? 0) & 0x80) !== 0;
  return 2 + (extendedLengthBytes[lengthByte(header) as 126 | 127] ?? 0) + (isMasked ? 4 : 0);
}

function payloadBytes(header: readonly number[]): number {
  const bytes = extendedLengthBytes[lengthByte(header) as 126 | 127];
  if (bytes === undefined) {
    return lengthByte(header);
  }
  return header.slice(2, 2 + bytes).reduce((length, byte) => length * 256 + byte, 0);
}
