import type { Paces } from './pace.ts';

/** What everybody in the conversation sees of a message. */
export interface Message {
  readonly id: string;
  readonly conversation: string;
  /** Its place in the conversation: 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly senderId: string;
  readonly text: string;
  /** The client's own name for it, by which a retry is known. */
  readonly clientId?: string | undefined;
  /** Up to this `seq` its sender had read when they wrote it; 0 where that is not known. */
  readonly read: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/**
 * A message as the log keeps it. What each message carries of those before it spares a send every further read and
 * write: the next one is decided from the last.
 */
export interface LogEntry extends Message {
  /** How many messages each member has said so far, by user id: what is not somebody's own can be counted by it. */
  readonly said: Readonly<Record<string, number>>;
  /** How fast each member has been speaking. */
  readonly paces: Paces;
  /** Fingerprints of the last names, newest last: see `recent-clients.ts`. */
  readonly recent: Uint8Array;
}
