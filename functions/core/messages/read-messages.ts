import { peerIn } from '../conversations/conversation-id.ts';
import { ConversationNotFound } from '../errors.ts';
import type { Message } from './message.ts';
import type { MessageHistory } from './ports.ts';

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
