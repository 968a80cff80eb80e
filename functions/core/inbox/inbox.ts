import type { Marks } from '../marks/mark.ts';
import type { Presence } from '../presence/presence.ts';

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

export { preview } from '../../../client/contract/preview.ts';
