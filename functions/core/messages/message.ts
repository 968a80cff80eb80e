import type { Conversation, OwnConversation } from '../conversations/conversation.ts';
import type { Role } from '../conversations/rights.ts';
import type { Custom } from './custom.ts';
import type { SendLimit, SendRate } from './send-rates.ts';

/** What every member of the conversation sees of a message. */
export interface Message {
  readonly id: string;
  /** Id of the conversation. */
  readonly conversation: string;
  /** Sequence number in the conversation: 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly senderId: string;
  readonly text: string;
  /** The name that the client gave it. A retry has the same name. */
  readonly clientId?: string | undefined;
  /** `seq` of the earlier message that it answers. */
  readonly replyTo?: number | undefined;
  /** Whom it mentions. A deleted message mentions nobody. */
  readonly mentions?: Mentions | undefined;
  /** The product's own data. A deleted message has none. */
  readonly custom?: Custom | undefined;
  /** The sender had read up to this `seq` when they wrote the message; 0 if unknown. */
  readonly read: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Undefined while it stands as it was written. */
  readonly changed?: Changed | undefined;
  /** What the sender has done to the group. Such an entry has no text, and never changes. */
  readonly event?: GroupEvent | undefined;
}

/** Users whom a message to a group mentions by name, and whether it mentions all. */
export interface Mentions {
  readonly users?: readonly string[] | undefined;
  readonly all?: true | undefined;
}

/** What happened to a group: an entry of its log, so that everybody sees it in its place. `users` are ids. */
export type GroupEvent =
  | { readonly type: 'created'; readonly title: string; readonly users: readonly string[] }
  | { readonly type: 'joined' | 'left' | 'removed'; readonly users: readonly string[] }
  | { readonly type: 'role'; readonly users: readonly string[]; readonly role: Role }
  | { readonly type: 'renamed'; readonly title: string }
  | { readonly type: 'changed'; readonly fields: readonly GroupField[]; readonly title?: string }
  | { readonly type: 'dissolved' };

/** What of a group its members can change, in the order in which an event names it. */
export const GROUP_FIELDS = ['title', 'description', 'picture', 'who'] as const;
export type GroupField = (typeof GROUP_FIELDS)[number];

/** What has become of a message since it was written. */
export interface Changed {
  /** Number of its last change. Of two states of a message, the one with the higher number is newer. */
  readonly change: number;
  /** 1 as written, and one more with each edit. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly editedAt?: string | undefined;
  /** ISO 8601, UTC. The text of a deleted message is empty: what was written is stored no more. */
  readonly deletedAt?: string | undefined;
  readonly reactions?: Reactions | undefined;
}

/** Ids of the users who have reacted with each emoji, in that order. */
export type Reactions = Readonly<Record<string, readonly string[]>>;

export function isDeleted({ changed }: Pick<Message, 'changed'>): boolean {
  return changed?.deletedAt !== undefined;
}

/** Values by member number. A member without a value is left out. */
export type ByMember<T> = Readonly<Record<number, T>>;

/**
 * A message as the log stores it. Each entry carries a summary of the entries before it, so that a send needs no further read
 * or write: the next entry follows from the last one.
 */
export interface LogEntry extends Message {
  /** How many messages each member has sent so far. */
  readonly counts: ByMember<number>;
  /** How many of them mention all. Undefined while none does. */
  readonly alls?: ByMember<number> | undefined;
  /** How fast each member has been sending. */
  readonly rates: ByMember<SendRate>;
  /** How many entries so far, this one too, are events of the group. Nobody has to read them. */
  readonly events?: number | undefined;
  /** Its present state is told by the stream, because more devices were online than a request tells. */
  readonly told?: 'stream' | undefined;
  /** The version of the group's roster that the entry was written under. */
  readonly roster?: number | undefined;
  /** Fingerprints of the last client ids, newest last: see `find-earlier.ts`. */
  readonly recent: Uint8Array;
}

/** The end of a log, as whoever wants to append must know it. */
export interface LogEnd {
  readonly last: LogEntry | undefined;
  /** A member of a pair blocks the other one: nothing may be appended. */
  readonly isSealed: boolean;
}

/** A conversation as an append-only log. Every read is strongly consistent. */
export interface MessageLog {
  /** The newest message, if there is one. */
  last(conversation: Conversation): Promise<LogEntry | undefined>;
  /** The same, and whether the log is sealed. As cheap as `last`, unless it is. */
  end(conversation: Conversation): Promise<LogEnd>;
  /** The messages with these sequence numbers, in any order. Numbers without a message are left out. */
  at(conversation: Conversation, seqs: readonly number[]): Promise<readonly LogEntry[]>;
  /** The messages from `seq` `from` on, in order: at most `limit`. */
  since(conversation: Conversation, from: number, limit: number): Promise<readonly LogEntry[]>;
  /** Stores the message if its sequence number is free; false if it is taken. */
  append(conversation: Conversation, entry: LogEntry): Promise<boolean>;
}

export interface MessageHistory extends Pick<MessageLog, 'last' | 'since'> {
  /** The messages up to `seq` `to`, or up to the newest one, newest first, and none that the user may not see: at most `limit`. */
  upTo(conversation: OwnConversation, to: number | undefined, limit: number): Promise<readonly LogEntry[]>;
}

/** Counts retries of messages that are already stored. */
export interface RetryCounter {
  /** Counts some more. Above the limit it counts nothing, and returns when the next retry is allowed. */
  count(
    senderId: string,
    conversation: string,
    retries: number,
    limit: SendLimit,
    now: Date,
  ): Promise<Date | undefined>;
}
