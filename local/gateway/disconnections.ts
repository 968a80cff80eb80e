import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import type { Invoker } from '../invoker.ts';
import type { WebSocketApiSpec } from '../model.ts';
import type { Client } from './connection.ts';
import { eventContext } from './websocket-event.ts';

export interface Disconnections {
  /** Sends the $disconnect event of a client. */
  announce(
    client: Client,
    code: number,
    reason: string,
    { spec, invoker }: { spec: WebSocketApiSpec; invoker: Invoker },
    /** True for a socket of an earlier run. Its event is sent once and not retried. */
    isLeft?: boolean,
  ): void;
  /** Resolves when all functions that received an event have ended. */
  settled(): Promise<void>;
}

/** With `disconnect-late`, an event is sent this long after the end of its socket. */
const lateMs = 3_000;

/**
 * Sends $disconnect events. Delivery is best effort, as on API Gateway, and nobody sees the result. If the runtime ends
 * before the function does, the next run sends the event again.
 */
export function disconnections(
  open: Pick<OpenSockets, 'remove'>,
  assumed: Assumed = nothingAssumed,
): Disconnections {
  const pending = new Set<Promise<unknown>>();
  return {
    announce(client, code, reason, { spec, invoker }, isLeft = false) {
      const route = spec.routes.find(({ key }) => key === '$disconnect');
      if (route === undefined || assumed.has('disconnect-never')) {
        open.remove(client.connectionId);
        return;
      }
      const { requestContext } = eventContext(spec, client, 'DISCONNECT', route.key);
      const event = {
        ...headersOf(client),
        requestContext: {
          ...requestContext,
          disconnectStatusCode: code,
          disconnectReason: code === 1005 ? 'Client-side close frame status not set' : reason,
        },
        isBase64Encoded: false,
      };
      const send = async () => {
        if (assumed.has('disconnect-late')) await delay(lateMs, undefined, { ref: false });
        // Nobody waits for it, so it is not given up. When thousands of sockets close at once, the last events wait for long.
        const result = await invoker.invoke(route.functionName, event);
        if (result.ok || isLeft) open.remove(client.connectionId);
      };
      const sent = send();
      pending.add(sent);
      void sent.finally(() => pending.delete(sent));
    },
    settled: async () => {
      await Promise.all(pending);
    },
  };
}

/** API Gateway has names and no values for most of them. */
function headersOf({ domainName }: Client): object {
  const headers = { Host: domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const multiple = Object.entries(headers).map(([name, value]) => [name, [value]]);
  return { headers, multiValueHeaders: Object.fromEntries(multiple) };
}

/** The clients whose $disconnect event is still to be sent. The list survives any end of the process. */
export interface OpenSockets {
  /** The clients of an earlier run that ended before it sent their events. */
  left(): Client[];
  add(client: Client): void;
  remove(connectionId: string): void;
  close(): void;
}

/**
 * Stores open sockets in `file`. Without a file nothing is stored, because no data survives the process anyway. A disk that is full
 * must not end the runtime: `onProblem` hears of it.
 */
export function openSockets(
  file: string | undefined,
  onProblem: (problem: string) => void = () => {},
): OpenSockets {
  if (file === undefined) return { left: () => [], add() {}, remove() {}, close() {} };
  const database = new DatabaseSync(file);
  // A commit is a write without fsync. It survives the end of the process; a crash of the machine may lose the last ones.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec('CREATE TABLE IF NOT EXISTS sockets (id TEXT PRIMARY KEY, client TEXT NOT NULL) STRICT');
  const all = database.prepare('SELECT client FROM sockets');
  const insert = database.prepare('INSERT OR REPLACE INTO sockets (id, client) VALUES (?, ?)');
  const forget = database.prepare('DELETE FROM sockets WHERE id = ?');
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (error) {
      onProblem(`cannot store which sockets are open: ${(error as Error).message}`);
    }
  };
  return {
    left: () => all.all().map(({ client }) => read(client as string)),
    add: (client) => attempt(() => void insert.run(client.connectionId, JSON.stringify(client))),
    remove(connectionId) {
      // An event that ends after `close` is sent again at the next start.
      if (database.isOpen) attempt(() => void forget.run(connectionId));
    },
    close: () => database.close(),
  };
}

function read(text: string): Client {
  const client = JSON.parse(text);
  return { ...client, connectedAt: new Date(client.connectedAt) };
}
