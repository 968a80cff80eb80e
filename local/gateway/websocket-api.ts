import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import type { Invoker } from '../invoker.ts';
import type { GatewayLimits, WebSocketApiSpec } from '../model.ts';
import { checkIdentitySources } from './authorizer.ts';
import { type Client, type Connection, keepConnection } from './connection.ts';
import { connectionsApi } from './connections-api.ts';
import { disconnections, type OpenSockets, openSockets } from './disconnections.ts';
import { shakeHands } from './handshake.ts';
import { type HttpHandler, refuseUpgrade, type UpgradeHandler } from './http-handler.ts';
import { dispatchMessage, routeSelection } from './message.ts';
import { upgrader } from './upgrade.ts';

export interface WebSocketApi {
  readonly handleUpgrade: UpgradeHandler;
  /** The @connections management API. It needs its own listener. */
  readonly connections: HttpHandler;
  /** Sends the $disconnect events of sockets that were open when an earlier run ended. */
  announceLeft(): void;
  /** The number of PostToConnection calls since the start. */
  posts(): number;
  /** Later events use the new spec and functions. Open sockets stay open. */
  reload(spec: WebSocketApiSpec, invoker: Invoker): void;
  /** Closes every socket with 1001. Waits for their $disconnect events, but only a few seconds. */
  stop(): Promise<void>;
}

export interface WebSocketApiOptions {
  readonly integrationTimeoutMs?: number;
  /** Stores the open sockets. By default they are not stored. */
  readonly open?: OpenSockets;
  readonly assumed?: Assumed;
}

/** With this many messages of one socket in progress, the runtime stops reading from it. */
const maximumInProgress = 256;
const graceMs = 2000;
/** With `disconnect-early`, a frame waits for this time before its function runs. */
const waitingFrameMs = 300;

/**
 * An API Gateway WebSocket API with Lambda proxy integrations.
 *
 * @throws Error for an identity source or a route selection expression that this runtime does not support
 * @example
 * const api = webSocketApi(deployment.webSocketApi, functions, { idleMs: 600_000, connectionMs: 7_200_000 });
 * server.on('upgrade', api.handleUpgrade);
 */
export function webSocketApi(
  initialSpec: WebSocketApiSpec,
  initialInvoker: Invoker,
  limits: GatewayLimits,
  {
    integrationTimeoutMs = 29_000,
    open = openSockets(undefined),
    assumed = nothingAssumed,
  }: WebSocketApiOptions = {},
): WebSocketApi {
  let current = configure(initialSpec, initialInvoker, assumed);
  let stopped = false;
  const connections = new Map<string, Connection>();
  const gone = disconnections(open, assumed);
  const { sockets, upgrade } = upgrader();
  const management = connectionsApi(
    () => current.spec.stage,
    (id) => connections.get(id),
    assumed,
  );

  const handleUpgrade: UpgradeHandler = async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const { spec, invoker } = current;
    const handshake = await shakeHands(request, spec, invoker, integrationTimeoutMs, open.add, assumed);
    if (!handshake.accepted) {
      const { status, message, connectionId } = handshake;
      if (connectionId !== undefined) open.remove(connectionId);
      refuseUpgrade(socket, status, { message, connectionId });
      return;
    }
    const { client, subprotocol } = handshake;
    const webSocket = stopped ? undefined : upgrade(request, socket, head, subprotocol);
    if (webSocket === undefined) {
      // The client has gone, but the $connect function has run. So $disconnect follows.
      socket.destroy();
      gone.announce(client, 1006, '', current);
    } else {
      attend(client, webSocket);
    }
  };

  function attend(client: Client, webSocket: WebSocket): void {
    const connection = keepConnection(client, webSocket, limits);
    connections.set(client.connectionId, connection);
    let inProgress = 0;
    let before: Promise<void> = Promise.resolve();
    const work = async (data: Buffer): Promise<void> => {
      connection.touch();
      inProgress += 1;
      if (inProgress >= maximumInProgress) {
        webSocket.pause();
      }
      if (assumed.has('disconnect-early')) await delay(waitingFrameMs);
      await dispatchMessage(data, connection, current, integrationTimeoutMs);
      inProgress -= 1;
      webSocket.resume();
    };
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (!connection.isOpen()) {
        return;
      }
      if (isBinary) {
        // As API Gateway does. No function runs.
        connection.close(1003, 'Unsupported data');
        return;
      }
      before = assumed.has('frames-in-turn') ? before.then(() => work(data)) : work(data);
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
      current = configure(spec, invoker, assumed);
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

function configure(spec: WebSocketApiSpec, invoker: Invoker, assumed: Assumed) {
  for (const { authorizer } of spec.routes) {
    checkIdentitySources(authorizer?.identitySources ?? []);
  }
  return { spec, invoker, select: routeSelection(spec.routeSelection, assumed) };
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const timeout = delay(ms, undefined, { signal: patience.signal }).catch(() => {});
  await Promise.race([work, timeout]);
  patience.abort();
}
