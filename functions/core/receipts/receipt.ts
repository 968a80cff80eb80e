import type { Conversation } from '../conversations/conversation.ts';
import type { ByMember, LogEntry, MessageLog } from '../messages/message.ts';

/** How far a member is in a conversation: the highest `seq` that reached one of their devices, and the highest that they read. */
export interface Receipts {
  readonly received: number;
  readonly read: number;
}

/**
 * The `seq` up to which a member has read, and how many messages of the other members that includes. Unread is the number of all
 * messages of the others, less `others`. A member's own messages never count as unread.
 */
export interface ReadReceipt {
  readonly seq: number;
  readonly others: number;
  /** How many of those mention all. Undefined if none does. */
  readonly alls?: number | undefined;
}

export interface Progress {
  readonly received: number;
  readonly read: ReadReceipt;
}

export const NOTHING_READ: ReadReceipt = { seq: 0, others: 0 };

export interface ReceiptStore {
  /** Eventually consistent. `receivedAt` is when the delivery receipt was last written. */
  of(userId: string, conversation: string): Promise<Receipts & { readonly receivedAt: Date | undefined }>;
  /** Moves the read receipt forward; false if it was there already. */
  moveRead(userId: string, conversation: string, receipt: ReadReceipt): Promise<boolean>;
  /** Moves the delivery receipt forward; false if it was there already, or if it was moved within the last `everyMs`. */
  moveReceived(
    userId: string,
    conversation: string,
    seq: number,
    now: Date,
    everyMs: number,
  ): Promise<boolean>;
}

/** A message with the number of messages that each member had sent by then. */
interface Counted {
  readonly seq: number;
  readonly counts: ByMember<number>;
  /** How many of them mention all. */
  readonly alls?: ByMember<number> | undefined;
  /** How many entries were events of the group. */
  readonly events?: number | undefined;
}

/** The receipt of a member who has read up to a message. */
export function receiptAt(message: Counted, member: number): ReadReceipt {
  const alls = allsOfOthers(message, member);
  return { seq: message.seq, others: countOfOthers(message, member), ...(alls > 0 && { alls }) };
}

/** How many messages, up to this one, other members have sent. */
export function countOfOthers({ seq, counts, events = 0 }: Counted, member: number): number {
  return seq - events - (counts[member] ?? 0);
}

/** How many messages that mention all, up to this one, other members have sent. */
export function allsOfOthers({ alls = {} }: Pick<Counted, 'alls'>, member: number): number {
  const ofOthers = Object.entries(alls).filter(([number]) => Number(number) !== member);
  return ofOthers.reduce((sum, [, count]) => sum + count, 0);
}

/** The receipt that is further: nobody reads backwards. */
export function further(one: ReadReceipt, other: ReadReceipt): ReadReceipt {
  return other.seq > one.seq ? other : one;
}

/** A message that was read was also received. */
export function receiptsOf({ received, read }: Progress): Receipts {
  return { received: Math.max(received, read.seq), read: read.seq };
}

/**
 * What others may see of a member's receipts. To read is an act of the user. A delivery only tells that the app is open, so it
 * stays hidden with the presence.
 */
export function visibleReceipts(
  { received, read }: Receipts,
  { hidden }: { readonly hidden: boolean },
): Receipts {
  return { received: hidden ? read : received, read };
}

/**
 * The receipt of a message's sender: how far they had read when they wrote it. It reads the log only if that message is not
 * `atHand`. In a dialogue it usually is.
 * @param sender their member number
 */
export async function receiptOfSender(
  log: Pick<MessageLog, 'at'>,
  conversation: Conversation,
  sender: number,
  { read }: LogEntry,
  atHand: readonly LogEntry[],
): Promise<ReadReceipt> {
  if (read === 0) return NOTHING_READ;
  const message = atHand.find(({ seq }) => seq === read) ?? (await log.at(conversation, [read])).at(0);
  return message ? receiptAt(message, sender) : NOTHING_READ;
}
