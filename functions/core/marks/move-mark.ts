import { peerIn } from '../conversations/conversation-id.ts';
import { ConversationNotFound } from '../errors.ts';
import type { MessageHistory } from '../messages/ports.ts';
import type { MarkStore } from './ports.ts';

interface Dependencies {
  readonly history: Pick<MessageHistory, 'last'>;
  readonly marks: MarkStore;
  readonly now: () => Date;
}

export interface MarkRequest {
  readonly userId: string;
  readonly conversation: string;
  readonly seq: number;
}

export interface MoveResult {
  /** It moved: the other member and the user's other devices are to be told. */
  readonly moved: boolean;
  readonly peerId: string;
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
  if (!(await reaches(history, conversation, seq))) return { moved: false, peerId };
  return { moved: await marks.moveRead(userId, conversation, seq), peerId };
}

/**
 * Moves a delivery mark forward, likewise, but not more than once in {@link RECEIVED_EVERY_MS}.
 * @throws ConversationNotFound
 */
export async function markReceived(dependencies: Dependencies, request: MarkRequest): Promise<MoveResult> {
  const { history, marks, now } = dependencies;
  const { userId, conversation, seq } = request;
  const peerId = peerIn(conversation, userId);
  const [isReached, current] = await Promise.all([
    reaches(history, conversation, seq),
    marks.of(userId, conversation),
  ]);
  // Who has read something has received it: a mark at or behind theirs would tell nobody anything.
  if (!isReached || seq <= Math.max(current.received, current.read)) return { moved: false, peerId };
  const wait = current.receivedAt ? current.receivedAt.getTime() + RECEIVED_EVERY_MS - now().getTime() : 0;
  if (wait > 0) return { moved: false, peerId, retryAfter: Math.ceil(wait / 1000) };
  return { moved: await marks.moveReceived(userId, conversation, seq, now()), peerId };
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
