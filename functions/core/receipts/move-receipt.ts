import { type Conversation, type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { ConversationNotFound, Unavailable } from '../errors.ts';
import type { MessageHistory, MessageLog } from '../messages/message.ts';
import { othersNotApart, othersWhoMaySee, type PresenceStore } from '../presence/presence.ts';
import { type ReceiptStore, receiptAt } from './receipt.ts';

export interface ReceiptDependencies {
  readonly log: Pick<MessageHistory, 'last'> & Pick<MessageLog, 'at'>;
  readonly receipts: ReceiptStore;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly now: () => Date;
}

export interface ReceiptRequest {
  readonly conversation: OwnConversation;
  readonly seq: number;
}

export interface MoveResult {
  readonly moved: boolean;
  /** Users whose devices must be told: none if nothing moved. */
  readonly tells: readonly string[];
  /** The delivery receipt is written only so often. The client sends its then highest `seq` again after so many seconds. */
  readonly retryAfter?: number | undefined;
}

/** A device that gets a hundred messages in a burst writes one delivery receipt, not a hundred. */
export const RECEIVED_EVERY_MS = 2_000;

/**
 * Moves a member's read receipt forward. A receipt that would go backwards, or beyond the last message, is accepted and has no
 * effect.
 * @throws ConversationNotFound if the conversation has no message
 */
export async function markRead(
  { log, receipts, presences }: ReceiptDependencies,
  { conversation, seq }: ReceiptRequest,
): Promise<MoveResult> {
  // The log has no gaps: either the message exists, or `seq` is beyond the end.
  const [message] = seq >= 1 ? await log.at(conversation, [seq]) : [];
  if (!message) {
    await requireMessages(log, conversation);
    return { moved: false, tells: [] };
  }
  const receipt = receiptAt(message, conversation.self);
  const userId = selfOf(conversation);
  const moved = await receipts.moveRead(userId, conversation.id, receipt);
  return { moved, tells: moved ? [userId, ...(await known(othersNotApart(presences, conversation)))] : [] };
}

/**
 * Moves a member's delivery receipt forward in the same way, but at most once in {@link RECEIVED_EVERY_MS}. Devices send it on
 * their own as soon as they are online, so a receipt shows that the user is online. If the user hides their presence, only their
 * own devices are told. A member who hides theirs is not told either.
 * @throws ConversationNotFound if the conversation has no message
 */
export async function markReceived(
  { log, receipts, presences, now }: ReceiptDependencies,
  { conversation, seq }: ReceiptRequest,
): Promise<MoveResult> {
  const userId = selfOf(conversation);
  const [last, current] = await Promise.all([
    requireMessages(log, conversation),
    receipts.of(userId, conversation.id),
  ]);
  const isReached = seq >= 1 && seq <= last.seq;
  // A message that was read was also received: a receipt at or before that says nothing new.
  if (!isReached || seq <= Math.max(current.received, current.read)) return { moved: false, tells: [] };
  const wait = current.receivedAt ? current.receivedAt.getTime() + RECEIVED_EVERY_MS - now().getTime() : 0;
  if (wait > 0) return { moved: false, tells: [], retryAfter: Math.ceil(wait / 1000) };
  const moved = await receipts.moveReceived(userId, conversation.id, seq, now(), RECEIVED_EVERY_MS);
  // Another device was faster. Its receipt may be of an earlier message.
  if (!moved) return { moved, tells: [], retryAfter: RECEIVED_EVERY_MS / 1000 };
  return { moved, tells: [userId, ...(await known(othersWhoMaySee(presences, conversation)))] };
}

/**
 * The receipt has moved by now, whatever follows. While it cannot be read who may be told, nobody else is: they see it the next time
 * that they look.
 */
async function known(others: Promise<readonly string[] | undefined>): Promise<readonly string[]> {
  try {
    return (await others) ?? [];
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return [];
  }
}

async function requireMessages(log: Pick<MessageHistory, 'last'>, conversation: Conversation) {
  const last = await log.last(conversation);
  if (!last) throw new ConversationNotFound(conversation.id);
  return last;
}
