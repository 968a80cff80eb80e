import type {
  Connection,
  ConnectionAdder,
  ConnectionStore,
  Gateway,
} from '../../../functions/core/connections/connection.ts';
import { toEntry } from '../../../functions/storage/connections.ts';
import { NOON } from './clock.ts';
import { alice, CONVERSATION, id } from './people.ts';

/** A socket of Alice's in her conversation with Bob, opened at noon; `more` changes it. */
export function aConnection(connectionId: string, more: Partial<Connection> = {}): Connection {
  return {
    connectionId,
    userId: alice.id,
    sessionId: id(500),
    conversation: CONVERSATION,
    connectedAt: new Date(NOON),
    expiresAt: new Date(Date.parse(NOON) + 7_200_000),
    ...more,
  };
}

/** The item of an account with these sockets, as the table has it. */
export function socketsItem(userId: string, ...connections: readonly Connection[]) {
  const entries = connections.map((connection) => [`open#${connection.connectionId}`, toEntry(connection)]);
  return {
    pk: `USER#${userId}`,
    sk: 'SOCKETS',
    count: connections.length,
    ttl: Date.parse(NOON) / 1000 + 7_200,
    ...Object.fromEntries(entries),
  };
}

/** Lists of open sockets, in memory; `calls` has every change in order. */
export function memoryConnections(...rows: readonly Connection[]) {
  const stored = new Map(rows.map((row) => [row.connectionId, row]));
  const calls: string[] = [];
  const of = async (userId: string) => [...stored.values()].filter((row) => row.userId === userId);
  const store: ConnectionStore & ConnectionAdder = {
    of: (userIds) => Promise.all(userIds.map(of)),
    ofNow: of,
    isListed: async (_, connectionId) => stored.has(connectionId),
    async add(connection) {
      calls.push(`add ${connection.connectionId}`);
      stored.set(connection.connectionId, connection);
      return 'added';
    },
    async remove(userId, connectionId) {
      calls.push(`remove ${connectionId}`);
      if (stored.get(connectionId)?.userId === userId) stored.delete(connectionId);
    },
    async renew(userId, connectionId, expiresAt) {
      const row = stored.get(connectionId);
      if (row?.userId !== userId) return undefined;
      const renewed = expiresAt > row.expiresAt ? { ...row, expiresAt } : row;
      stored.set(connectionId, renewed);
      return renewed.expiresAt;
    },
  };
  return { ...store, calls, rows: () => [...stored.values()] };
}

type Post = 'delivered' | 'gone' | Error;

/** `@connections`, which answers each connection's posts as told, the last answer from then on; else it delivers. */
export function scriptedGateway(
  answers: Readonly<Record<string, readonly Post[]>> = {},
  gone: readonly string[] = [],
) {
  const posts: [connectionId: string, frame: string][] = [];
  const closed: string[] = [];
  const gateway: Gateway = {
    async post(connectionId, frame) {
      const nth = posts.filter(([former]) => former === connectionId).length;
      posts.push([connectionId, frame]);
      const script = answers[connectionId] ?? ['delivered'];
      const answer = script[Math.min(nth, script.length - 1)] ?? 'delivered';
      if (answer instanceof Error) throw answer;
      return answer;
    },
    isOpen: async (connectionId) => !gone.includes(connectionId),
    async close(connectionId) {
      closed.push(connectionId);
      return gone.includes(connectionId) ? 'gone' : 'closed';
    },
  };
  return { ...gateway, posts, closed };
}
