import type { Conversation } from '../conversations/conversation.ts';
import type { LogEntry } from './message.ts';

/** That a message has changed. Its present state is in the log. */
export interface Change {
  /** Number of the change in the conversation: 1, 2, 3 … without a gap. */
  readonly change: number;
  readonly seq: number;
}

/**
 * The changes of a conversation's messages, as a second sequence beside the log. It tells a client which messages to look at again.
 * So edits and deletions need no `seq`, and offsets and unread counts stay arithmetic. Every read is strongly consistent.
 */
export interface ChangeLog {
  /** The number of the newest change; 0 if there is none. */
  lastChange(conversation: Conversation): Promise<number>;
  /** The changes from a number on, in order: at most `limit`. */
  changesFrom(conversation: Conversation, change: number, limit: number): Promise<readonly Change[]>;
  /**
   * Stores the new state of a message together with its change.
   * @param entry has the number of the change
   * @param former the state that it follows
   * @returns false, and stores nothing, if the number is taken or the message has another state by now
   */
  change(conversation: Conversation, entry: LogEntry, former: LogEntry): Promise<boolean>;
}
