import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { GatewayLimits, Invoker, WebSocketApiSpec } from '../model.ts';
import { checkIdentitySources } from './authorizer.ts';
import { type Client, type Connection, keepConnection } from './connection.ts';
import { connectionsApi } from './connections-api.ts';
import { disconnections } from './disconnections.ts';
import { shakeHands } from './handshake.ts';
import type { HttpHandler, UpgradeHandler } from './http-handler.ts';
import { dispatchMessage } from './message.ts';
import { type OpenSockets, openSockets } from './open-sockets.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { routeSelection } from './route-selection.ts';
import { upgrader } from './upgrade.ts';

export interface WebSocketApi {
  readonly handleUpgrade: UpgradeHandler;
  /** The @connections management API, for a listener of its own. */
  readonly connections: HttpHandler;
  /** Tells the functions of sockets that an earlier run has left open. */
  announceLeft(): void;
  /** Calls of PostToConnection since the start. */
  posts(): number;
  /** Later events go by the new description; open sockets stay. */
  reload(spec: WebSocketApiSpec, invoker: Invoker): void;
  /** Closes every socket with 1001 and waits a moment for their $disconnect events. */
  stop(): Promise<void>;
}

export interface WebSocketApiOptions {
  readonly integrationTimeoutMs?: number;
  /** Where open sockets are noted; nowhere by default. */
  readonly open?: OpenSockets;
}

/** Beyond this many messages of one socket at work, its client is not read from. */
const maximumAtWork = 256;
const graceMs = 2000;

/**
 * An API Gateway WebSocket API with Lambda proxy integrations.
 *
 * @throws Error for what its description asks and this runtime does not know.
 * @example
 * const api = webSocketApi(deployment.webSocketApi, functions, { idleMs: 600_000, connectionMs: 7_200_000 });
 * server.on('upgrade', api.handleUpgrade);
 */
export function webSocketApi(
  initialSpec: WebSocketApiSpec,
  initialInvoker: Invoker,
  limits: GatewayLimits,
  { integrationTimeoutMs = 29_000, open = openSockets(undefined) }: WebSocketApiOptions = {},
): WebSocketApi {
  let current = configure(initialSpec, initialInvoker);
  let stopped = false;
  const connections = new Map<string, Connection>();
  const gone = disconnections(integrationTimeoutMs, open);
  const { sockets, upgrade } = upgrader();
  const management = connectionsApi(
    () => current.spec.stage,
    (id) => connections.get(id),
  );

  const handleUpgrade: UpgradeHandler = async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const { spec, invoker } = current;
    const handshake = await shakeHands(request, spec, invoker, integrationTimeoutMs, open.add);
    if (!handshake.accepted) {
      const { status, message, connectionId } = handshake;
      if (connectionId !== undefined) open.remove(connectionId);
      refuseUpgrade(socket, status, { message, connectionId });
      return;
    }
    const { client, subprotocol } = handshake;
    const webSocket = stopped ? undefined : upgrade(request, socket, head, subprotocol);
    if (webSocket === undefined) {
      // $connect has run, and nobody is there any more.
      socket.destroy();
      gone.announce(client, 1006, '', current);
    } else {
      attend(client, webSocket);
    }
  };

  function attend(client: Client, webSocket: WebSocket): void {
    const connection = keepConnection(client, webSocket, limits);
    connections.set(client.connectionId, connection);
    let atWork = 0;
    const work = async (data: Buffer, isBinary: boolean): Promise<void> => {
      connection.touch();
      atWork += 1;
      if (atWork >= maximumAtWork) {
        webSocket.pause();
      }
      await dispatchMessage(data, isBinary, connection, current, integrationTimeoutMs);
      atWork -= 1;
      webSocket.resume();
    };
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (connection.isOpen()) {
        void work(data, isBinary);
      }
    });
    webSocket.on('close', (code, reason) => {
      connections.delete(client.connectionId);
      gone.announce(client, code, reason.toString(), current);
    });
  }

  return {
    handleUpgrade,
    connections: (request, response) =>
      management.serve(request, response).catch(() => void response.destroy()),
    announceLeft() {
      for (const client of open.left()) gone.announce(client, 1006, '', current, true);
    },
    posts: management.posts,
    reload(spec, invoker) {
      current = configure(spec, invoker);
    },
    async stop() {
      stopped = true;
      const closed = [...sockets].map(
        (socket) => new Promise<void>((resolve) => socket.on('close', resolve)),
      );
      for (const connection of connections.values()) {
        connection.close(1001, 'Going away');
      }
      await atMost(graceMs, Promise.all(closed));
      for (const socket of sockets) {
        socket.terminate();
      }
      await atMost(graceMs, gone.settled());
    },
  };
}

function configure(spec: WebSocketApiSpec, invoker: Invoker) {
  for (const { authorizer } of spec.routes) {
    checkIdentitySources(authorizer?.identitySources ?? []);
  }
  return { spec, invoker, select: routeSelection(spec.routeSelection) };
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const timeout = delay(ms, undefined, { signal: patience.signal }).catch(() => {});
  await Promise.race([work, timeout]);
  patience.abort();
}
