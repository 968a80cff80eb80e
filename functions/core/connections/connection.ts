import type { ProfileStore } from '../accounts/account.ts';
import { isId } from '../ids.ts';

/** An open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The one conversation that the socket is for. Empty for a device's socket, which carries all of them. */
  readonly conversation: string;
  readonly connectedAt: Date;
  /** When its access token expires. From then on nothing is sent to it. */
  readonly expiresAt: Date;
}

export function hasExpired({ expiresAt }: Pick<Connection, 'expiresAt'>, now: Date): boolean {
  return expiresAt.getTime() <= now.getTime();
}

/** API Gateway closes every socket after two hours. An older entry belongs to a socket whose `$disconnect` was lost. */
export const CONNECTION_SECONDS = 2 * 60 * 60;

/** TTL deletes an item up to days late, so the reader decides which sockets have ended. */
export function isWithinLife({ connectedAt }: Connection, now: Date): boolean {
  return connectedAt.getTime() + CONNECTION_SECONDS * 1000 > now.getTime();
}

/** API Gateway is known to answer 410 for a socket that has just opened. Up to this age, a 410 is not trusted. */
const YOUNG_MS = 10_000;

export function isYoung({ connectedAt }: Connection, now: Date): boolean {
  return now.getTime() - connectedAt.getTime() < YOUNG_MS;
}

/** The list of an account that is deleted: its sockets are about to be closed. */
export const OF_DELETED_ACCOUNT: readonly Connection[] = [];

/** The open sockets of each account: an account has one list of them. */
export interface ConnectionStore {
  /**
   * The live connections of each user, without those older than two hours; {@link OF_DELETED_ACCOUNT} itself for a deleted account.
   * Eventually consistent.
   */
  of(userIds: readonly string[], now: Date): Promise<readonly (readonly Connection[])[]>;
  /** The live connections of one user, strongly consistent. */
  ofNow(userId: string, now: Date): Promise<readonly Connection[]>;
  /** Whether a connection is in the list, or was replaced and is about to be closed. Strongly consistent. */
  isListed(userId: string, connectionId: string): Promise<boolean>;
  remove(userId: string, connectionId: string): Promise<void>;
  /**
   * Moves the end of a listed connection, but never back.
   * @returns the end that it has now, which is later if it was; undefined if the connection is not listed
   */
  renew(userId: string, connectionId: string, expiresAt: Date): Promise<Date | undefined>;
}

export interface ConnectionAdder {
  /**
   * Adds a connection to the list of its user. If the list is full, the oldest connection is replaced: it leaves the list, and
   * is marked to be closed. All in one conditional write, so a list never has too many.
   * @returns `full` if every connection of a full list is newer, or if this one was replaced already; `deleted` if the account is
   * @throws Busy while as many replaced connections wait to be closed as the list can have
   */
  add(connection: Connection, now: Date): Promise<'added' | 'full' | 'deleted'>;
}

/** API Gateway's `@connections`. */
export interface Gateway {
  /** `gone` if API Gateway does not know the connection (410). It is given up when `signal` aborts. */
  post(connectionId: string, frame: string, signal?: AbortSignal): Promise<'delivered' | 'gone'>;
  /** Whether API Gateway knows the connection. */
  isOpen(connectionId: string): Promise<boolean>;
  /** `gone` if API Gateway does not know the connection (410). It is given up when `signal` aborts. */
  close(connectionId: string, signal?: AbortSignal): Promise<'closed' | 'gone'>;
}

export interface SessionCheck {
  /** Strongly consistent. */
  isLive(userId: string, sessionId: string, now: Date): Promise<boolean>;
}

/** Clients of the original protocol know only messages and errors. All other frames are for devices. */
export function isDevice(connection: Connection): boolean {
  return connection.conversation === '';
}

export type Verdict = 'admitted' | 'oneself' | 'unknown_user';

/** Whether a user may open a conversation with another user. An empty `peerId` is a socket without a conversation. */
export async function admit(profiles: ProfileStore, userId: string, peerId: string): Promise<Verdict> {
  if (peerId === '') return 'admitted';
  if (peerId === userId) return 'oneself';
  if (!isId(peerId) || !(await profiles.profileOf(peerId))) return 'unknown_user';
  return 'admitted';
}
