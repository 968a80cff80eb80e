import type { ProfileStore } from '../accounts/account.ts';
import type { DirectoryEntry } from '../accounts/directory.ts';
import { conversationIdOf, peerIn } from '../conversations/conversation.ts';
import { ConversationNotFound, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Message, MessageHistory } from './message.ts';

/** Which part of the log: the messages before, after or around a `seq`; without any, the newest. */
export interface Window {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
  readonly limit: number;
}

export interface MessagesPage {
  /** In order, oldest first. */
  readonly messages: readonly Message[];
  /** The newest `seq` of the conversation. */
  readonly last: number;
  readonly sides: Sides;
}

/** What lies on both sides of a part of the log, if anything: messages before one `seq`, and after another. */
export interface Sides {
  readonly older: number | undefined;
  readonly newer: number | undefined;
}

/**
 * A part of a conversation's log, in either direction. The log is gap-free: the window is arithmetic, one Query reads it.
 * @throws ConversationNotFound
 */
export async function readMessages(
  history: MessageHistory,
  { userId, conversation, window }: { userId: string; conversation: string; window: Window },
): Promise<MessagesPage> {
  peerIn(conversation, userId);
  const newest = await history.last(conversation);
  if (!newest) throw new ConversationNotFound(conversation);
  const { messages, sides } = await readWindow(history, conversation, window, newest.seq);
  return { messages: messages.toReversed(), last: newest.seq, sides };
}

/** The messages of a window, newest first, of a log that ends with `last`. */
export async function readWindow(
  history: Pick<MessageHistory, 'range'>,
  conversation: string,
  window: Window,
  last: number,
): Promise<{ readonly messages: readonly Message[]; readonly sides: Sides }> {
  const [lowest, highest] = bounds(window, last);
  const messages = lowest <= highest ? await history.range(conversation, lowest, highest) : [];
  // An empty window lies before the first message or behind the last one: everything is on its other side.
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
    // As many on either side as fit; at an end of the log the other side gets the rest.
    const lowest = Math.max(1, Math.min(around - Math.floor(limit / 2), last - limit + 1));
    return [lowest, Math.min(last, lowest + limit - 1)];
  }
  const highest = Math.min(last, (before ?? last + 1) - 1);
  return [Math.max(1, highest - limit + 1), highest];
}

/** How many of the newest messages to skip; or, whatever is said meanwhile, the messages before or after a `seq`. */
export type HistoryWindow = Pick<Window, 'limit' | 'before' | 'after'> & { readonly offset: number };

export interface HistoryPage {
  /** How many messages the conversation holds. */
  readonly count: number;
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly peer: DirectoryEntry;
  readonly sides: Sides;
}

/**
 * One page of the conversation of `userId` with `peerId`, newest first. The log is gap-free, so that the newest `seq` is the
 * count, and `offset` is arithmetic: a page costs a page, wherever it lies.
 * @throws UserNotFound
 */
export async function readHistory(
  { profiles, history }: { profiles: ProfileStore; history: MessageHistory },
  { userId, peerId, window }: { userId: string; peerId: string; window: HistoryWindow },
): Promise<HistoryPage> {
  if (!isId(peerId)) throw new UserNotFound(peerId);
  const conversation = conversationIdOf(userId, peerId);
  const [peer, last] = await Promise.all([profiles.profileOf(peerId), history.last(conversation)]);
  if (!peer) throw new UserNotFound(peerId);
  const count = last?.seq ?? 0;
  const { limit, before, after, offset } = window;
  const isAnchored = before !== undefined || after !== undefined;
  const anchored = isAnchored ? { limit, before, after } : { limit, before: count - offset + 1 };
  const page = await readWindow(history, conversation, anchored, count);
  return { count, ...page, peer: { id: peer.id, username: peer.username } };
}
