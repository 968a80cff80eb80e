import { Busy, SESSION_ENDED, TokenInvalid } from '../errors.ts';
import { remember } from '../remember.ts';
import type { Identity } from '../sessions/session.ts';
import { type Connection, type ConnectionStore, hasExpired } from './connection.ts';
import { type RestoreDependencies, restore } from './open-and-close.ts';

/**
 * When the newest token of a connection expires, by connection id, as far as this process has heard. It may be later than what the
 * connection began with, and never moves back. Held in memory, so that a renewed socket is looked up once and not for each frame.
 */
export type KnownEnds = Map<string, Date>;

interface CurrentDependencies {
  readonly connections: Pick<ConnectionStore, 'ofNow'>;
  readonly knownEnds: KnownEnds;
  readonly now: () => Date;
}

/** The connection of a frame, with the end of its newest token. It is looked up only if the end of the first token is over. */
export async function withCurrentEnd(
  { connections, knownEnds, now }: CurrentDependencies,
  connection: Connection,
): Promise<Connection> {
  const known = knownEnds.get(connection.connectionId);
  const latest = known && known > connection.expiresAt ? { ...connection, expiresAt: known } : connection;
  if (!hasExpired(latest, now())) return latest;
  const expiresAt = (await entryOf(connections, connection, now()))?.expiresAt;
  if (expiresAt === undefined) return latest;
  remember(knownEnds, connection.connectionId, expiresAt);
  return { ...connection, expiresAt };
}

/** The entry of a connection, strongly consistent; undefined if it has left the list. */
export async function entryOf(
  connections: Pick<ConnectionStore, 'ofNow'>,
  { userId, connectionId }: Pick<Connection, 'userId' | 'connectionId'>,
  now: Date,
): Promise<Connection | undefined> {
  const listed = await connections.ofNow(userId, now);
  return listed.find((one) => one.connectionId === connectionId);
}

export interface RenewDependencies extends RestoreDependencies {
  readonly connections: RestoreDependencies['connections'] & Pick<ConnectionStore, 'renew'>;
  readonly knownEnds: KnownEnds;
}

/**
 * Moves the end of a connection to that of a newer token of the same session. It never moves back. The session is checked before
 * the write: if it ends in between, the connection is still listed, and whoever closes the sockets of the session finds it. If it
 * has left the list already, it gets back only as a live one.
 * @returns the end that counts, which may be that of another token
 * @throws TokenInvalid for a token of another user or session, or if the session has ended
 * @throws Busy if the connection is not listed and cannot be listed again
 */
export async function renew(
  dependencies: RenewDependencies,
  connection: Connection,
  { userId, sessionId, expiresAt }: Identity,
): Promise<Date> {
  const { connections, sessions, knownEnds, now } = dependencies;
  const isOwn = userId === connection.userId && sessionId === connection.sessionId;
  if (!isOwn) {
    throw new TokenInvalid('This token is of another session. Open a new socket with it.');
  }
  if (!(await sessions.isLive(userId, sessionId, now()))) throw new TokenInvalid(SESSION_ENDED);
  const listed = await connections.renew(userId, connection.connectionId, expiresAt);
  const end = listed ?? later(expiresAt, connection.expiresAt);
  if (!listed && !(await restore(dependencies, { ...connection, expiresAt: end }))) throw new Busy();
  remember(knownEnds, connection.connectionId, end);
  return end;
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}
