import { Busy, SESSION_ENDED, TokenInvalid } from '../errors.ts';
import {
  type Connection,
  type ConnectionAdder,
  type ConnectionStore,
  type Gateway,
  isDevice,
  isYoung,
  type SessionCheck,
} from './connection.ts';

type List = ConnectionAdder & Pick<ConnectionStore, 'remove'>;

export interface OpenDependencies {
  readonly connections: List;
  readonly sessions: SessionCheck;
  readonly now: () => Date;
}

/** The frames that tell a client why its socket closes. */
export interface LastFrames {
  readonly sessionEnded: string;
  readonly replaced: string;
  readonly tokenExpired: string;
}

export interface Closing {
  readonly gateway: Pick<Gateway, 'post' | 'close'>;
  readonly lastFrames: LastFrames;
}

export interface RestoreDependencies extends OpenDependencies, Closing {
  readonly gateway: Gateway;
}

export interface CloseDependencies extends Closing {
  readonly connections: Pick<ConnectionStore, 'ofNow' | 'isListed' | 'remove'>;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** The delay between two tries to close a young socket. */
const CLOSE_AGAIN_MS = 1_000;

/**
 * Lists a socket that is about to open.
 * @throws TokenInvalid if the session has ended
 * @throws Busy if as many newer sockets have opened meanwhile as an account can have
 */
export async function openConnection(
  { connections, sessions, now }: OpenDependencies,
  connection: Connection,
): Promise<void> {
  const { userId, sessionId } = connection;
  const result = await list(connections, connection, now(), () => sessions.isLive(userId, sessionId, now()));
  if (result === 'full') throw new Busy();
  if (result === 'deleted' || result === 'removed') throw new TokenInvalid(SESSION_ENDED);
}

/**
 * Lists a socket, and removes it again if it may not stay. It is listed before the check. In the other order, a logout in between
 * would look for sockets to close and miss this one. If a step fails, it is removed too: a listed socket that does not exist
 * would show the user as online.
 */
async function list(
  connections: List,
  connection: Connection,
  now: Date,
  mayStay: () => Promise<boolean>,
): Promise<'added' | 'full' | 'deleted' | 'removed'> {
  const { userId, connectionId } = connection;
  try {
    const added = await connections.add(connection, now);
    if (added !== 'added') return added;
    if (await mayStay()) return 'added';
  } catch (error) {
    // If the removal fails too, the first error is the one to tell.
    await connections.remove(userId, connectionId).catch(() => undefined);
    throw error;
  }
  await connections.remove(userId, connectionId);
  return 'removed';
}

/**
 * Lists a socket again after a false 410 or a lost write removed it. A frame has proved that the socket was open. By now it may
 * have closed, and its session may have ended, so both are checked once it is listed. If the session has ended, or the list is
 * full of newer sockets, the socket is closed here: no list would lead anybody else to it.
 * @returns whether it is listed again
 */
export async function restore(dependencies: RestoreDependencies, connection: Connection): Promise<boolean> {
  const { connections, sessions, gateway, now } = dependencies;
  const { userId, sessionId, connectionId } = connection;
  let isLive = true;
  const result = await list(connections, connection, now(), async () => {
    const [live, open] = await Promise.all([
      sessions.isLive(userId, sessionId, now()),
      gateway.isOpen(connectionId),
    ]);
    isLive = live;
    return live && open;
  });
  if (!isLive || result === 'deleted') await close(dependencies, connection, 'sessionEnded');
  if (result === 'full') await close(dependencies, connection, 'replaced');
  return result === 'added';
}

/**
 * Lists a socket again if it is missing.
 * @returns whether it was missing and is restored. The list of users that the device watches was then deleted with it.
 */
export async function restoreIfLost(
  dependencies: RestoreDependencies & { readonly connections: Pick<ConnectionStore, 'of'> },
  connection: Connection,
): Promise<boolean> {
  const { connections, now } = dependencies;
  const [known] = await connections.of([connection.userId], now());
  if (known?.some(({ connectionId }) => connectionId === connection.connectionId)) return false;
  return restore(dependencies, connection);
}

/** Closes every socket of some sessions of a user that have ended. A repetition finds nothing left to close. */
export async function closeSessions(
  dependencies: CloseDependencies,
  { userId, sessionIds }: { readonly userId: string; readonly sessionIds: readonly string[] },
): Promise<void> {
  const { connections, now } = dependencies;
  const open = await connections.ofNow(userId, now());
  const ended = open.filter(({ sessionId }) => sessionIds.includes(sessionId));
  await closeAll(dependencies, ended, 'sessionEnded');
}

/** Closes sockets that newer ones of the same account have replaced. */
export const closeReplaced = (dependencies: CloseDependencies, replaced: readonly Connection[]) =>
  closeAll(dependencies, replaced, 'replaced');

async function closeAll(
  dependencies: CloseDependencies,
  connections: readonly Connection[],
  reason: keyof LastFrames,
): Promise<void> {
  await Promise.all(
    connections.map(async (connection) => {
      // The socket first: if this fails, it stays listed and a retry finds it.
      await closeSurely(dependencies, connection, reason);
      await dependencies.connections.remove(connection.userId, connection.connectionId);
    }),
  );
}

/**
 * Closes a socket. The 410 of a young socket may be false, and the socket must not stay open. So it is repeated until
 * `$disconnect` removes the socket from the list or the socket is old enough, which takes 10 s at most.
 */
async function closeSurely(
  dependencies: CloseDependencies,
  connection: Connection,
  reason: keyof LastFrames,
): Promise<void> {
  const { connections, now, wait } = dependencies;
  const { userId, connectionId } = connection;
  while ((await close(dependencies, connection, reason)) === 'gone' && isYoung(connection, now())) {
    await wait(CLOSE_AGAIN_MS);
    if (!(await connections.isListed(userId, connectionId))) return;
  }
}

/**
 * Closes a socket. Its client is told why, but a failure to tell it does not matter. Clients of the original protocol know errors
 * alone, and only the end of a token is one.
 */
export async function close(
  { gateway, lastFrames }: Closing,
  connection: Connection,
  reason: keyof LastFrames,
  signal?: AbortSignal,
): Promise<'closed' | 'gone'> {
  const { connectionId } = connection;
  if (isDevice(connection) || reason === 'tokenExpired') {
    await gateway.post(connectionId, lastFrames[reason], signal).catch(() => undefined);
  }
  return gateway.close(connectionId, signal);
}
