import type { Message } from './message.ts';

/** A conversation as an append-only log, read strongly consistent. */
export interface MessageLog {
  /** The newest message, if there is one. */
  last(conversation: string): Promise<Message | undefined>;
  /** The messages with a `seq` of at least `from`, in order: as many as one read gives, so that its cost is bounded. */
  since(conversation: string, from: number): Promise<Tail>;
  /** Stores the message on condition that its place is free; false when it is taken. */
  append(message: Message): Promise<boolean>;
}

export interface Tail {
  readonly messages: readonly Message[];
  /** The log goes on behind them. */
  readonly isCut: boolean;
}

export interface MessageHistory {
  last(conversation: string): Promise<Message | undefined>;
  /** The messages with `lowest` ≤ `seq` ≤ `highest`, newest first. */
  range(conversation: string, lowest: number, highest: number): Promise<readonly Message[]>;
}
