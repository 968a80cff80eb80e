import type { LogEntry, Message } from './message.ts';
import type { PaceLimit } from './pace.ts';

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
