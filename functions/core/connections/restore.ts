import { dismiss } from './close-session.ts';
import type { Connection } from './connection.ts';
import { record } from './open-connection.ts';
import type { ConnectionStore, Gateway, SessionCheck } from './ports.ts';

interface Dependencies {
  readonly connections: Pick<ConnectionStore, 'put' | 'remove'>;
  readonly sessions: SessionCheck;
  readonly gateway: Gateway;
  readonly now: () => Date;
  /** The frame that tells a device why its socket closes. */
  readonly farewell: string;
}

/**
 * Gives a socket its row back, after a false 410 or a lost write took it: a frame proves that the socket lived. By now it may
 * have closed, and its session may have ended: both are looked at once the row is there. Of an ended session the
 * socket is closed, since nobody else knows of it any more.
 * @returns whether the row is back
 */
export async function restore(dependencies: Dependencies, connection: Connection): Promise<boolean> {
  const { connections, sessions, gateway, now } = dependencies;
  const { userId, sessionId, connectionId } = connection;
  let isLive = true;
  const isRestored = await record(connections, connection, async () => {
    const [live, open] = await Promise.all([
      sessions.isLive(userId, sessionId, now()),
      gateway.isOpen(connectionId),
    ]);
    isLive = live;
    return live && open;
  });
  if (!isLive) await dismiss(dependencies, connection);
  return isRestored;
}

/**
 * Looks whether a socket has its row, and restores it if not.
 * @returns whether it was gone and is back; then the device's list of watched users is gone with it
 */
export async function restoreIfLost(
  dependencies: Dependencies & { readonly connections: Pick<ConnectionStore, 'of'> },
  connection: Connection,
): Promise<boolean> {
  const { connections, now } = dependencies;
  const known = await connections.of(connection.userId, now());
  if (known.some(({ connectionId }) => connectionId === connection.connectionId)) return false;
  return restore(dependencies, connection);
}
