import type { WebSocket } from 'ws';
import type { GatewayLimits } from '../model.ts';

/** The runtime cuts off a client that leaves more than this unread. This protects the memory of the runtime. */
const maximumBufferedBytes = 4 * 1024 * 1024;

/** The facts about a client that are fixed at its handshake. */
export interface Client {
  readonly connectionId: string;
  readonly connectedAt: Date;
  /** Without a user agent if the client named none. */
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
  readonly domainName: string;
  /** The authorizer's context and principalId; undefined without an authorizer. */
  readonly authorizer: Readonly<Record<string, string>> | undefined;
}

/** An accepted socket. */
export interface Connection {
  readonly client: Client;
  /** False as soon as either side has begun the closing handshake. */
  isOpen(): boolean;
  lastActiveAt(): Date;
  /** Restarts the idle timeout. Messages in both directions do this. */
  touch(): void;
  /** Does nothing on a socket that is closing. */
  send(text: string): void;
  close(code: number, reason: string): void;
}

/**
 * Enforces API Gateway's quotas on an accepted socket: 10 minutes without a message, and 2 hours in total.
 * Pings do not count as messages. AWS does not document that they count, so clients must not rely on it.
 */
export function keepConnection(client: Client, socket: WebSocket, limits: GatewayLimits): Connection {
  let lastActiveAt = client.connectedAt;
  const goAway = () => connection.close(1001, 'Going away');
  const idle = setTimeout(goAway, limits.idleMs);
  const lifetime = setTimeout(goAway, limits.connectionMs);
  // A violation of the protocol. `ws` itself closes the socket with the right code.
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
