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
}

/** A conversation as one of its members sees it. */
export interface InboxEntry {
  readonly conversation: string;
  readonly peer: { readonly id: string; readonly username: string };
  readonly last: LastMessage;
  /** `last.seq` − own `read`: nothing is counted per message. */
  readonly unread: number;
  readonly own: Marks;
  readonly peers: Marks;
  readonly presence: Presence;
}

export { preview } from '../../../client/contract/preview.ts';
