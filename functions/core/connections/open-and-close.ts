import { TokenInvalid } from '../errors.ts';
import {
  type Connection,
  type ConnectionStore,
  type Gateway,
  isDevice,
  isYoung,
  type SessionCheck,
} from './connection.ts';

type Rows = Pick<ConnectionStore, 'put' | 'remove'>;

export interface OpenDependencies {
  readonly connections: Rows;
  readonly sessions: SessionCheck;
  readonly now: () => Date;
}

interface Closing {
  readonly gateway: Pick<Gateway, 'post' | 'close'>;
  /** The frame that tells a device why its socket closes. */
  readonly endFrame: string;
}

export interface RestoreDependencies extends OpenDependencies, Closing {
  readonly gateway: Gateway;
}

export interface CloseDependencies extends Closing {
  readonly connections: Pick<ConnectionStore, 'ofNow' | 'remove'>;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** The delay between two tries to close a young socket. */
const CLOSE_AGAIN_MS = 1_000;

/**
 * Stores the row of a socket that is about to open.
 * @throws TokenInvalid if the session has ended
 */
export async function openConnection(
  { connections, sessions, now }: OpenDependencies,
  connection: Connection,
): Promise<void> {
  const { userId, sessionId } = connection;
  const isStored = await store(connections, connection, () => sessions.isLive(userId, sessionId, now()));
  if (!isStored) throw new TokenInvalid('The session of this token has ended.');
}

/**
 * Stores the row of a socket, and deletes it again if it may not stay. The row is written before the check. In the other order, a
 * logout in between would look for sockets to close and miss this one. If a step fails, the row is deleted too: a row without
 * a socket would show the user as online.
 * @returns whether the row stays
 */
async function store(
  connections: Rows,
  connection: Connection,
  mayStay: () => Promise<boolean>,
): Promise<boolean> {
  const { userId, connectionId } = connection;
  try {
    await connections.put(connection);
    if (await mayStay()) return true;
  } catch (error) {
    // If the deletion fails too, the first error is the one to tell.
    await connections.remove(userId, connectionId).catch(() => undefined);
    throw error;
  }
  await connections.remove(userId, connectionId);
  return false;
}

/**
 * Restores the row of a socket after a false 410 or a lost write removed it. A frame has proved that the socket was open. By now it
 * may have closed, and its session may have ended, so both are checked once the row is stored. If the session has ended, the
 * socket is closed here: no row would lead anybody else to it.
 * @returns whether the row is restored
 */
export async function restore(dependencies: RestoreDependencies, connection: Connection): Promise<boolean> {
  const { connections, sessions, gateway, now } = dependencies;
  const { userId, sessionId, connectionId } = connection;
  let isLive = true;
  const isRestored = await store(connections, connection, async () => {
    const [live, open] = await Promise.all([
      sessions.isLive(userId, sessionId, now()),
      gateway.isOpen(connectionId),
    ]);
    isLive = live;
    return live && open;
  });
  if (!isLive) await close(dependencies, connection);
  return isRestored;
}

/**
 * Restores the row of a socket if it is missing.
 * @returns whether it was missing and is restored. The list of users that the device watches was then deleted with it.
 */
export async function restoreIfLost(
  dependencies: RestoreDependencies & { readonly connections: Pick<ConnectionStore, 'of'> },
  connection: Connection,
): Promise<boolean> {
  const { connections, now } = dependencies;
  const known = await connections.of(connection.userId, now());
  if (known.some(({ connectionId }) => connectionId === connection.connectionId)) return false;
  return restore(dependencies, connection);
}

/** Closes every socket of a session that has ended. A repetition finds nothing left to close. */
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
        // The socket first: if this fails, the row remains and a retry finds it.
        await closeSurely(dependencies, connection);
        await connections.remove(userId, connection.connectionId);
      }),
  );
}

/**
 * Closes a socket. The 410 of a young socket may be false, and a socket of an ended session must not stay open. So it is repeated
 * until `$disconnect` deletes the row or the socket is old enough, which takes 10 s at most.
 */
async function closeSurely(dependencies: CloseDependencies, connection: Connection): Promise<void> {
  const { connections, now, wait } = dependencies;
  const { userId, connectionId } = connection;
  while ((await close(dependencies, connection)) === 'gone' && isYoung(connection, now())) {
    await wait(CLOSE_AGAIN_MS);
    const rows = await connections.ofNow(userId, now());
    if (!rows.some((row) => row.connectionId === connectionId)) return;
  }
}

/** Closes a socket. A device is told why, but a failure to tell it does not matter. */
async function close({ gateway, endFrame }: Closing, connection: Connection): Promise<'closed' | 'gone'> {
  const { connectionId } = connection;
  if (isDevice(connection)) await gateway.post(connectionId, endFrame).catch(() => undefined);
  return gateway.close(connectionId);
}
