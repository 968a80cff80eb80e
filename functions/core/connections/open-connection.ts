import { TokenInvalid } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { ConnectionStore, SessionCheck } from './ports.ts';

type Rows = Pick<ConnectionStore, 'put' | 'remove'>;

/**
 * Records a socket that is about to open.
 * @throws TokenInvalid when the session has ended
 */
export async function openConnection(
  { connections, sessions, now }: { connections: Rows; sessions: SessionCheck; now: () => Date },
  connection: Connection,
): Promise<void> {
  const { userId, sessionId } = connection;
  const isRecorded = await record(connections, connection, () => sessions.isLive(userId, sessionId, now()));
  if (!isRecorded) throw new TokenInvalid('The session of this token has ended.');
}

/**
 * Writes the row of a socket, and takes it away again when it must not stand. The row is written before anybody looks: were
 * it the other way round, a logout between the two would look for sockets to close and miss this one. What failed on the
 * way is undone, too: a row without a socket would show somebody as online.
 * @returns whether the row stands
 */
export async function record(
  connections: Rows,
  connection: Connection,
  mayStand: () => Promise<boolean>,
): Promise<boolean> {
  const { userId, connectionId } = connection;
  try {
    await connections.put(connection);
    if (await mayStand()) return true;
  } catch (error) {
    // Of the two faults the first one is told.
    await connections.remove(userId, connectionId).catch(() => undefined);
    throw error;
  }
  await connections.remove(userId, connectionId);
  return false;
}
