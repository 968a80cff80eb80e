import type { Connection } from './connection.ts';

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
