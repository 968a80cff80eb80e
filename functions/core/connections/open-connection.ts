import { TokenInvalid } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { ConnectionStore, SessionCheck } from './ports.ts';

/**
 * Records a socket that is about to open. The row is written before the session is checked: were it the other way
 * round, a logout between the two would look for sockets to close and miss this one.
 * @throws TokenInvalid when the session has ended
 */
export async function openConnection(
  {
    connections,
    sessions,
    now,
  }: { connections: Pick<ConnectionStore, 'put' | 'remove'>; sessions: SessionCheck; now: () => Date },
  connection: Connection,
): Promise<void> {
  const { userId, sessionId, connectionId } = connection;
  await connections.put(connection);
  if (await sessions.isLive(userId, sessionId, now())) return;
  await connections.remove(userId, connectionId);
  throw new TokenInvalid('The session of this token has ended.');
}
