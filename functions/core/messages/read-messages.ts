import type { ProfileStore } from '../accounts/account.ts';
import type { DirectoryEntry } from '../accounts/directory.ts';
import { type Conversation, pairWith } from '../conversations/conversation.ts';
import { ConversationNotFound, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Message, MessageHistory } from './message.ts';

/** A part of the log: the messages before, after or around a `seq`. Without any of them: the newest messages. */
export interface Window {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
  readonly limit: number;
}

/** `offset`: how many of the newest messages to skip. With `before` or `after` it has no effect. */
export type HistoryWindow = Pick<Window, 'limit' | 'before' | 'after'> & { readonly offset: number };

/** Where to read on: messages before one `seq`, and after another. Undefined where the log ends. */
export interface Sides {
  readonly older: number | undefined;
  readonly newer: number | undefined;
}

export interface MessagesPage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The newest `seq` of the conversation. */
  readonly last: number;
  readonly sides: Sides;
}

export interface HistoryPage {
  /** How many messages the conversation has. */
  readonly count: number;
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly peer: DirectoryEntry;
  readonly sides: Sides;
}

/**
 * A part of a conversation's log, in either direction. The log has no gaps, so the bounds are arithmetic and one Query reads
 * the page.
 * @throws ConversationNotFound if the conversation has no message
 */
export async function readMessages(
  history: MessageHistory,
  { conversation, window }: { conversation: Conversation; window: Window },
): Promise<MessagesPage> {
  const newest = await history.last(conversation);
  if (!newest) throw new ConversationNotFound(conversation.id);
  const { messages, sides } = await readWindow(history, conversation, window, newest.seq);
  return { messages: messages.toReversed(), last: newest.seq, sides };
}

/**
 * A page of the conversation of a user with `peerId`, newest first. The newest `seq` is the number of messages, and `offset` is
 * arithmetic: a page costs the same wherever it is.
 * @throws UserNotFound
 */
export async function readHistory(
  { profiles, history }: { profiles: ProfileStore; history: MessageHistory },
  { userId, peerId, window }: { userId: string; peerId: string; window: HistoryWindow },
): Promise<HistoryPage> {
  if (!isId(peerId)) throw new UserNotFound(peerId);
  const conversation = pairWith(userId, peerId);
  const [peer, last] = await Promise.all([profiles.profileOf(peerId), history.last(conversation)]);
  if (!peer) throw new UserNotFound(peerId);
  const count = last?.seq ?? 0;
  const { limit, before, after, offset } = window;
  const isAnchored = before !== undefined || after !== undefined;
  const anchored = isAnchored ? { limit, before, after } : { limit, before: count - offset + 1 };
  const page = await readWindow(history, conversation, anchored, count);
  return { count, ...page, peer: { id: peer.id, username: peer.username } };
}

/** The messages of a window, newest first, in a log whose newest `seq` is `last`. */
async function readWindow(
  history: Pick<MessageHistory, 'range'>,
  conversation: Conversation,
  window: Window,
  last: number,
): Promise<{ readonly messages: readonly Message[]; readonly sides: Sides }> {
  const [lowest, highest] = bounds(window, last);
  const messages = lowest <= highest ? await history.range(conversation, lowest, highest) : [];
  // An empty window is before the first message or after the last one. All messages are on its other side.
  const older = Math.min(lowest, last + 1);
  const newer = Math.max(highest, 0);
  return {
    messages,
    sides: { older: older > 1 ? older : undefined, newer: newer < last ? newer : undefined },
  };
}

function bounds({ before, after, around, limit }: Window, last: number): [lowest: number, highest: number] {
  if (after !== undefined) return [after + 1, Math.min(last, after + limit)];
  if (around !== undefined) {
    // As many on either side as fit. At an end of the log, the other side gets the rest.
    const lowest = Math.max(1, Math.min(around - Math.floor(limit / 2), last - limit + 1));
    return [lowest, Math.min(last, lowest + limit - 1)];
  }
  const highest = Math.min(last, (before ?? last + 1) - 1);
  return [Math.max(1, highest - limit + 1), highest];
}
