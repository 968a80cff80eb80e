import type { Message } from './message.ts';

/** A conversation as an append-only log, read strongly consistent. */
export interface MessageLog {
  /** The newest message, if there is one. */
  last(conversation: string): Promise<Message | undefined>;
  /** All messages with a `seq` of at least `from`, in order. */
  since(conversation: string, from: number): Promise<readonly Message[]>;
  /** Stores the message on condition that its place is free; false when it is taken. */
  append(message: Message): Promise<boolean>;
}

export interface MessageHistory {
  last(conversation: string): Promise<Message | undefined>;
  /** The messages with `lowest` ≤ `seq` ≤ `highest`, newest first. */
  range(conversation: string, lowest: number, highest: number): Promise<readonly Message[]>;
}
