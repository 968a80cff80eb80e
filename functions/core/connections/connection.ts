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
}

/** API Gateway closes every socket after two hours. An older row belongs to a socket whose `$disconnect` was lost. */
export const CONNECTION_SECONDS = 2 * 60 * 60;

/** API Gateway is known to answer 410 for a socket that has just opened. Up to this age, a 410 is not trusted. */
const YOUNG_MS = 10_000;

export function isYoung({ connectedAt }: Connection, now: Date): boolean {
  return now.getTime() - connectedAt.getTime() < YOUNG_MS;
}

export interface ConnectionStore {
  put(connection: Connection): Promise<void>;
  /** The live connections of a user, without those older than two hours. Eventually consistent. */
  of(userId: string, now: Date): Promise<readonly Connection[]>;
  /** The same, strongly consistent. */
  ofNow(userId: string, now: Date): Promise<readonly Connection[]>;
  remove(userId: string, connectionId: string): Promise<void>;
}

/** API Gateway's `@connections`. */
export interface Gateway {
  /** `gone` if API Gateway does not know the connection (410). */
  post(connectionId: string, frame: string): Promise<'delivered' | 'gone'>;
  /** Whether API Gateway knows the connection. */
  isOpen(connectionId: string): Promise<boolean>;
  /** `gone` if API Gateway does not know the connection (410). */
  close(connectionId: string): Promise<'closed' | 'gone'>;
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
