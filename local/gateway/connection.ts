import type { WebSocket } from 'ws';
import type { GatewayLimits } from '../model.ts';

/** A client that does not read what it is sent is cut off here, before it takes the runtime's memory. */
const maximumBufferedBytes = 4 * 1024 * 1024;

/** What is known of a client from its handshake on. */
export interface Client {
  readonly connectionId: string;
  readonly connectedAt: Date;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
  readonly domainName: string;
  /** What the authorizer said, and its principalId; absent without an authorizer. */
  readonly authorizer: Readonly<Record<string, string>> | undefined;
}

/** An accepted socket. */
export interface Connection {
  readonly client: Client;
  /** False from the first word of the closing handshake on, by whichever side. */
  isOpen(): boolean;
  lastActiveAt(): Date;
  /** Messages in either direction keep the connection from being idle. */
  touch(): void;
  /** Nothing happens on a socket that is closing. */
  send(text: string): void;
  close(code: number, reason: string): void;
}

/**
 * Keeps an accepted socket within API Gateway's quotas: 10 minutes without a message, 2 hours at most.
 * Pings do not count: AWS says nowhere that they do, and a client must not rely on it.
 */
export function keepConnection(client: Client, socket: WebSocket, limits: GatewayLimits): Connection {
  let lastActiveAt = client.connectedAt;
  const goAway = () => connection.close(1001, 'Going away');
  const idle = setTimeout(goAway, limits.idleMs);
  const lifetime = setTimeout(goAway, limits.connectionMs);
  // What the protocol itself forbids: ws closes the socket with the right code by itself.
  socket.on('error', () => {});
  socket.on('close', end);

  function end(): void {
    clearTimeout(idle);
    clearTimeout(lifetime);
  }

  const connection: Connection = {
    client,
    isOpen: () => socket.readyState === socket.OPEN,
    lastActiveAt: () => lastActiveAt,
    touch() {
      lastActiveAt = new Date();
      idle.refresh();
    },
    send(text) {
      if (!connection.isOpen()) {
        return;
      }
      connection.touch();
      socket.send(text);
      if (socket.bufferedAmount > maximumBufferedBytes) {
        socket.terminate();
      }
    },
    close(code, reason) {
      socket.close(code, reason);
    },
  };
  return connection;
}
