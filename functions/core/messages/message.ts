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

/** A conversation as an append-only log, read strongly consistent. */
export interface MessageLog {
  /** The newest message, if there is one. */
  last(conversation: string): Promise<LogEntry | undefined>;
  /** Those of the messages at these places that there are, in any order. */
  at(conversation: string, seqs: readonly number[]): Promise<readonly LogEntry[]>;
  /** The messages with a `seq` of at least `from`, in order: at most `limit`, and no more than one read gives, so that its cost is bounded. */
  since(conversation: string, from: number, limit: number): Promise<Tail>;
  /** Stores the message on condition that its place is free; false when it is taken. */
  append(message: LogEntry): Promise<boolean>;
}

/** Counts messages that were stored by an earlier try. */
export interface RepeatCounter {
  /** Counts one more, or gives the time from which on it may come again: more than the limit have come. */
  count(senderId: string, conversation: string, limit: PaceLimit, now: Date): Promise<Date | undefined>;
}

export interface Tail {
  readonly messages: readonly LogEntry[];
  /** The log goes on behind them. */
  readonly isCut: boolean;
}

export interface MessageHistory {
  /** The newest message, if there is one. */
  last(conversation: string): Promise<LogEntry | undefined>;
  /** The messages with `lowest` ≤ `seq` ≤ `highest`, newest first. */
  range(conversation: string, lowest: number, highest: number): Promise<readonly Message[]>;
}

/** How much one member said since when: a fixed window. */
export interface Pace {
  /** Seconds since 1970. */
  readonly since: number;
  readonly count: number;
}

/** Per member's user id; who has not spoken within the window is left out. */
export type Paces = Readonly<Record<string, Pace>>;

/** At most `messages` of one sender in one conversation within `seconds` from the first of them. */
export interface PaceLimit {
  readonly messages: number;
  readonly seconds: number;
}
