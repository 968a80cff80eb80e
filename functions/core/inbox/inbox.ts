import { preview } from '../../../client/contract/preview.ts';
import type { Person } from '../accounts/account.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { Role } from '../conversations/rights.ts';
import type { ByMember, Changed, GroupEvent, LogEntry } from '../messages/message.ts';
import type { Presence } from '../presence/presence.ts';
import type { Progress, ReadReceipt, Receipts } from '../receipts/receipt.ts';
import type { ConversationSettings } from '../settings/settings.ts';

export { preview };

/** The last message of a conversation, as the inbox shows it. */
export interface LastMessage {
  readonly seq: number;
  readonly id: string;
  readonly senderId: string;
  /** Cut to what one line of an inbox can show. */
  readonly text: string;
  readonly createdAt: string;
  readonly changed?: Changed | undefined;
  readonly event?: GroupEvent | undefined;
  /** How many messages each member has sent up to this one. */
  readonly counts: ByMember<number>;
  /** How many of them mention all. Undefined while none does. */
  readonly alls?: ByMember<number> | undefined;
  /** How many entries up to this one are events of the group. */
  readonly events?: number | undefined;
}

interface Entry {
  /** Id of the conversation. */
  readonly conversation: string;
  readonly last: LastMessage;
  /** How many messages of others the member has not read: the difference of two counts. */
  readonly unread: number;
  readonly own: Receipts;
  /** What the member has set, without what is over. */
  readonly settings: ConversationSettings;
}

export interface PairEntry extends Entry {
  readonly kind: 'pair';
  readonly peer: Peer;
  readonly peers: Receipts;
  readonly presence: Presence;
  /** The member blocks the peer. */
  readonly isBlocked: boolean;
}

export interface GroupEntry extends Entry, Pick<GroupPart, 'role' | 'from'> {
  readonly kind: 'group';
  readonly title: string;
  /** How many messages of others that mention the member, by name or with all, they have not read. */
  readonly mentions: number;
}

/** A conversation as one of its members sees it. */
export type InboxEntry = PairEntry | GroupEntry;

/** What a member is in a group. */
export interface GroupPart {
  /** Member number. */
  readonly self: number;
  readonly role: Role;
  /** The first message that they may see. */
  readonly from: number;
}

/** The entry of the log by which somebody came to a group, and its time. */
export interface Joining {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export type Peer = Person;

/** The position of a conversation in a member's inbox. */
export interface InboxPosition {
  /** Id of the conversation. */
  readonly conversation: string;
  /** When a pair came to the top of all pairs, or when the last entry of a group was written. ISO 8601 UTC. */
  readonly topAt: string;
}

/** Where a page of an inbox ends: the last pair and the last group that were shown, if there were any. */
export interface InboxCursor {
  readonly pair?: InboxPosition | undefined;
  readonly group?: InboxPosition | undefined;
}

export interface PairsPage {
  readonly limit: number;
  /** Only positions behind this one. */
  readonly before?: InboxPosition | undefined;
}

export interface PeerProgress extends Progress {
  /** Up to where the peer had read when one of the two blocked the other, as far as it was stored. While the block lasts, it counts. */
  readonly frozen: number;
}

/** What is stored about a conversation beside its messages. It follows them by about a second. */
export interface ConversationDetails {
  /** Its position, if it has one. */
  readonly topAt: string | undefined;
  readonly own: Progress;
  readonly settings: ConversationSettings;
  readonly last: LastMessage | undefined;
  /** What a pair has. */
  readonly peer?: Peer | undefined;
  readonly peers: PeerProgress;
  /** What a group has. Without a part in it, the user is not in it. */
  readonly part?: GroupPart | undefined;
  /** The `seq`s of the messages that mention the member by name, as far as they were noted. */
  readonly noted?: readonly number[] | undefined;
  readonly joined?: Joining | undefined;
  readonly title?: string | undefined;
}

export interface InboxReader {
  /**
   * Of pairs, newest first. While a pair moves to the top it may have two positions; the one that its membership names is
   * valid.
   */
  positions(userId: string, page: PairsPage): Promise<readonly InboxPosition[]>;
  /** The pairs that came to the top since a time (ISO 8601 UTC), oldest first. They may have two positions, too. */
  positionsSince(userId: string, since: string, limit: number): Promise<readonly InboxPosition[]>;
  /** All groups that a user is in, by their ids. */
  groups(userId: string): Promise<ReadonlyMap<string, ConversationDetails>>;
  /** Of a user's conversations, by their ids, in the order asked. */
  details(userId: string, conversations: readonly string[]): Promise<readonly ConversationDetails[]>;
}

/** The summary of a conversation: its newest message, and how far each member had read when they last wrote. */
export interface Summary {
  readonly last: LastMessage;
  readonly receipts: ByMember<ReadReceipt>;
}

/** Where a member of a group is mentioned by name. */
export interface Notes {
  readonly seqs: readonly number[];
  /** The `seq` of their read receipt. */
  readonly read: number;
}

/** The last message of a log entry. */
export function toLast(entry: LogEntry): LastMessage {
  const { seq, id, senderId, text, createdAt, changed, event, counts, alls, events } = entry;
  // An inbox shows no reactions.
  const { reactions: _, ...shown } = changed ?? {};
  return {
    seq,
    id,
    senderId,
    text: preview(text),
    createdAt,
    ...(changed && { changed: shown as Changed }),
    ...(event && { event }),
    counts,
    ...(alls && { alls }),
    ...(events !== undefined && { events }),
  };
}

/** Shows changed messages in the inboxes. */
export interface ChangedSummary {
  /** Has no effect if the inboxes show another message, or a later state of this one. */
  showChanged(conversation: Conversation, message: LogEntry): Promise<void>;
}

/**
 * Writes the inboxes. A pair has a position in the inbox of each of the two. A group has none: its summary serves all of its members,
 * however many there are. Each step may be repeated without effect.
 */
export interface InboxProjection extends ChangedSummary {
  summary(conversation: Conversation): Promise<Summary | undefined>;
  /** Stores a summary, unless the stored one has a newer message. */
  summarize(conversation: Conversation, summary: Summary): Promise<void>;
  /** What is noted of the mentions of a member of a group, and how far they have read; undefined for whoever is none. */
  notes(userId: string, conversation: string): Promise<Notes | undefined>;
  /** Notes where a member is mentioned by name, unless they are a member no more. */
  note(userId: string, conversation: string, seqs: readonly number[]): Promise<void>;
  top(userId: string): Promise<InboxPosition | undefined>;
  positionOf(userId: string, conversation: string): Promise<InboxPosition | undefined>;
  /** Puts a pair at the top, then deletes the positions `left`. Its membership names the peer. */
  moveToTop(
    userId: string,
    position: InboxPosition,
    peer: Peer,
    left: readonly InboxPosition[],
  ): Promise<void>;
}
