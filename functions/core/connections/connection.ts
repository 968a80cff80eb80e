import type { ProfileStore } from '../accounts/account.ts';
import { isId } from '../ids.ts';

/** An open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The one conversation that the socket is for; empty for a device's socket, which carries all of them. */
  readonly conversation: string;
  readonly connectedAt: Date;
}

/** API Gateway closes any socket after two hours; a row older than this is of a socket whose `$disconnect` got lost. */
export const CONNECTION_SECONDS = 2 * 60 * 60;

/** The original protocol's clients know messages and errors alone; every other frame is for devices. */
export function isDevice(connection: Connection): boolean {
  return connection.conversation === '';
}

export interface ConnectionStore {
  put(connection: Connection): Promise<void>;
  /** The live connections of a user: not those that outlived API Gateway's two hours. Eventually consistent. */
  of(userId: string, now: Date): Promise<readonly Connection[]>;
  /** The same, strongly consistent. */
  ofNow(userId: string, now: Date): Promise<readonly Connection[]>;
  remove(userId: string, connectionId: string): Promise<void>;
}

/** API Gateway's `@connections`. */
export interface Gateway {
  /** `gone` when API Gateway knows no such connection (410). */
  post(connectionId: string, frame: string): Promise<'delivered' | 'gone'>;
  /** Whether API Gateway knows the connection. */
  isOpen(connectionId: string): Promise<boolean>;
  /** Closing a connection that is gone is no error. */
  close(connectionId: string): Promise<void>;
}

export interface SessionCheck {
  /** Strongly consistent. */
  isLive(userId: string, sessionId: string, now: Date): Promise<boolean>;
}

export type Verdict = 'admitted' | 'oneself' | 'unknown_user';

/** Whether a user may open a conversation with somebody; an empty `peerId` is a socket without a conversation. */
export async function admit(profiles: ProfileStore, userId: string, peerId: string): Promise<Verdict> {
  if (peerId === '') return 'admitted';
  if (peerId === userId) return 'oneself';
  if (!isId(peerId) || !(await profiles.profileOf(peerId))) return 'unknown_user';
  return 'admitted';
}
