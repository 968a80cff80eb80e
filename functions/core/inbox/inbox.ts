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

/** Long enough for a line; short enough to keep the item under the 1 KB that a write unit covers. */
const MAX_PREVIEW = 120;

/** The beginning of a text, cut between characters. */
export function preview(text: string): string {
  // One unit more than so many characters can take: a longer text never looks as if it just fitted.
  const characters = [...text.slice(0, 2 * MAX_PREVIEW + 1)];
  return characters.length > MAX_PREVIEW ? `${characters.slice(0, MAX_PREVIEW - 1).join('')}…` : text;
}
