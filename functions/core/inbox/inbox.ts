export { preview } from '../../../client/contract/preview.ts';

import type { Presence } from '../presence/presence.ts';
import type { Marks, Progress, ReadPosition } from '../receipts/receipt.ts';

/** The last message of a conversation, as the inbox shows it. */
export interface LastMessage {
  readonly seq: number;
  readonly id: string;
  readonly senderId: string;
  /** Cut to what a line of an inbox can show. */
  readonly text: string;
  readonly createdAt: string;
  /** How many messages each member has said up to it, by user id. */
  readonly said: Readonly<Record<string, number>>;
}

/** A conversation as one of its members sees it. */
export interface InboxEntry {
  readonly conversation: string;
  readonly peer: { readonly id: string; readonly username: string };
  readonly last: LastMessage;
  /** How many messages of others lie behind what one has read: from two counts, not counted one by one. */
  readonly unread: number;
  readonly own: Marks;
  readonly peers: Marks;
  readonly presence: Presence;
}

/** Where a conversation stands in a member's inbox. */
export interface Place {
  readonly conversation: string;
  /** When it came to the top, ISO 8601 UTC: the order of the inbox. */
  readonly topAt: string;
}

export interface Peer {
  readonly id: string;
  readonly username: string;
}

/** Up to where each member had read by what they wrote since, by user id. */
export type ReadPositions = Readonly<Record<string, ReadPosition>>;

export interface InboxUpkeep {
  /** The `seq` up to which the inboxes have been brought up to date, and the positions that are noted with it. */
  noted(conversation: string): Promise<{ readonly seq: number; readonly positions: ReadPositions }>;
  /** Notes the newest message and the members' positions; not if a newer one is noted. */
  note(conversation: string, last: LastMessage, positions: ReadPositions): Promise<void>;
  top(userId: string): Promise<Place | undefined>;
  placeOf(userId: string, conversation: string): Promise<Place | undefined>;
  /** Puts the conversation at the top, and takes it from the places that it leaves. */
  moveToTop(userId: string, place: Place, peer: Peer, left: readonly Place[]): Promise<void>;
}

export interface PlacesPage {
  readonly limit: number;
  /** Only from behind this place on. */
  readonly before?: Place | undefined;
}

/** What is known of a conversation beside its messages; it follows them by about a second. */
export interface ConversationDetails {
  readonly topAt: string | undefined;
  readonly peer: Peer | undefined;
  readonly own: Progress;
  readonly peers: Progress;
  readonly last: LastMessage | undefined;
}

export interface InboxReader {
  /** Newest first. A conversation that is being moved may stand in two places: the one that its details name counts. */
  places(userId: string, page: PlacesPage): Promise<readonly Place[]>;
  /** What came to the top since a time, ISO 8601 UTC, oldest first; a conversation that is being moved likewise. */
  placesSince(userId: string, since: string, limit: number): Promise<readonly Place[]>;
  /** In the order asked. */
  details(userId: string, conversations: readonly string[]): Promise<readonly ConversationDetails[]>;
}
