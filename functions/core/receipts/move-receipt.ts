import { peerIn } from '../conversations/conversation.ts';
import { ConversationNotFound } from '../errors.ts';
import type { MessageHistory, MessageLog } from '../messages/message.ts';
import type { PresenceStore } from '../presence/presence.ts';
import { type MarkStore, positionAt } from './receipt.ts';

interface Dependencies {
  readonly history: Pick<MessageHistory, 'last'> & Pick<MessageLog, 'at'>;
  readonly marks: MarkStore;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly now: () => Date;
}

export interface MarkRequest {
  readonly userId: string;
  readonly conversation: string;
  readonly seq: number;
}

export interface MoveResult {
  readonly moved: boolean;
  /** Whose devices are to be told, if it moved. */
  readonly tells: readonly string[];
  /** The delivery mark is written at most this often: come again with the then highest `seq` after so many seconds. */
  readonly retryAfter?: number | undefined;
}

/** A device that gets a hundred messages in a burst writes one mark, not a hundred. */
export const RECEIVED_EVERY_MS = 2_000;

/**
 * Moves a reader's mark forward. A mark that would go backwards or beyond the last message is accepted and does nothing.
 * @throws ConversationNotFound
 */
export async function markRead(dependencies: Dependencies, request: MarkRequest): Promise<MoveResult> {
  const { history, marks } = dependencies;
  const { userId, conversation, seq } = request;
  const peerId = peerIn(conversation, userId);
  // The log has no gaps: the message is there, or it lies beyond the end.
  const [message] = seq >= 1 ? await history.at(conversation, [seq]) : [];
  if (message) {
    const moved = await marks.moveRead(userId, conversation, positionAt(message, userId));
    return { moved, tells: moved ? [userId, peerId] : [] };
  }
  if (!(await history.last(conversation))) throw new ConversationNotFound(conversation);
  return { moved: false, tells: [] };
}

/**
 * Moves a delivery mark forward, likewise, but not more than once in {@link RECEIVED_EVERY_MS}. Devices tell it by
 * themselves, as soon as they are there: of somebody who hides their presence their own devices alone are told.
 * @throws ConversationNotFound
 */
export async function markReceived(dependencies: Dependencies, request: MarkRequest): Promise<MoveResult> {
  const { history, marks, presences, now } = dependencies;
  const { userId, conversation, seq } = request;
  const peerId = peerIn(conversation, userId);
  const [isReached, current] = await Promise.all([
    reaches(history, conversation, seq),
    marks.of(userId, conversation),
  ]);
  // Who has read something has received it: a mark at or behind theirs would tell nobody anything.
  if (!isReached || seq <= Math.max(current.received, current.read)) return { moved: false, tells: [] };
  const wait = current.receivedAt ? current.receivedAt.getTime() + RECEIVED_EVERY_MS - now().getTime() : 0;
  if (wait > 0) return { moved: false, tells: [], retryAfter: Math.ceil(wait / 1000) };
  const moved = await marks.moveReceived(userId, conversation, seq, now(), RECEIVED_EVERY_MS);
  // Another device was faster: it told of this message, or of one before it.
  if (!moved) return { moved, tells: [], retryAfter: RECEIVED_EVERY_MS / 1000 };
  const [presence] = await presences.of([userId]);
  return { moved, tells: presence?.hidden ? [userId] : [userId, peerId] };
}

async function reaches(
  history: Pick<MessageHistory, 'last'>,
  conversation: string,
  seq: number,
): Promise<boolean> {
  const last = await history.last(conversation);
  if (!last) throw new ConversationNotFound(conversation);
  return seq >= 1 && seq <= last.seq;
}
