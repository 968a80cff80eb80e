import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { watchFrames } from './frame-limit.ts';

/** API Gateway's quotas; a frame or message beyond them closes the socket with 1009. */
const maximumFrameBytes = 32 * 1024;
const maximumMessageBytes = 128 * 1024;

export interface Upgrader {
  readonly sockets: ReadonlySet<WebSocket>;
  /** Completes a handshake; undefined if the client has gone meanwhile. */
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
    // Which subprotocol is spoken is the function's choice: see below.
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
        // Before ws's own listener: the socket is closing by the time its message is complete.
        socket.prependListener('data', watchFrames(maximumFrameBytes, tooLarge));
      });
      return upgraded;
    },
  };
}
