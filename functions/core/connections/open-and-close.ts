import { TokenInvalid } from '../errors.ts';
import {
  type Connection,
  type ConnectionStore,
  type Gateway,
  isDevice,
  type SessionCheck,
} from './connection.ts';

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

interface Closing {
  readonly gateway: Pick<Gateway, 'post' | 'close'>;
  /** The frame that tells a device why its socket closes. */
  readonly farewell: string;
}

interface CloseDependencies extends Closing {
  readonly connections: Pick<ConnectionStore, 'ofNow' | 'remove'>;
  readonly now: () => Date;
}

/** Closes every socket of a session that has ended. A repeat finds nothing left to close. */
export async function closeSession(
  dependencies: CloseDependencies,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const { connections, now } = dependencies;
  const open = await connections.ofNow(userId, now());
  await Promise.all(
    open
      .filter((connection) => connection.sessionId === sessionId)
      .map(async (connection) => {
        // First the socket: if this fails, the row stays and a retry finds it.
        await dismiss(dependencies, connection);
        await connections.remove(userId, connection.connectionId);
      }),
  );
}

/** Closes a socket. That it closes matters; that it is told why is a courtesy. */
export async function dismiss({ gateway, farewell }: Closing, connection: Connection): Promise<void> {
  const { connectionId } = connection;
  if (isDevice(connection)) await gateway.post(connectionId, farewell).catch(() => undefined);
  await gateway.close(connectionId);
}
