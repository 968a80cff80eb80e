import type { LogEntry, MessageLog } from '../messages/message.ts';

/** How far somebody has got in a conversation: the highest `seq` that reached a device of theirs, and that they read. */
export interface Marks {
  readonly received: number;
  readonly read: number;
}

/**
 * Up to where a member has read, and how many messages of the others lie up to there. Unread is what the others have said
 * up to the end, less that: one's own messages never count.
 */
export interface ReadPosition {
  readonly seq: number;
  readonly others: number;
}

export interface Progress {
  readonly received: number;
  readonly read: ReadPosition;
}

export const NOTHING_READ: ReadPosition = { seq: 0, others: 0 };

/** A message, of which is known how many each member has said up to it. */
interface Counted {
  readonly seq: number;
  readonly said: Readonly<Record<string, number>>;
}

/** The position of somebody who has read up to a message. */
export function positionAt(message: Counted, userId: string): ReadPosition {
  return { seq: message.seq, others: saidByOthers(message, userId) };
}

/** How many messages up to this one are not somebody's own. */
export function saidByOthers({ seq, said }: Counted, userId: string): number {
  return seq - (said[userId] ?? 0);
}

/** Nobody reads backwards. */
export function further(one: ReadPosition, other: ReadPosition): ReadPosition {
  return other.seq > one.seq ? other : one;
}

/** Who has read something has received it. */
export function marksOf({ received, read }: Progress): Marks {
  return { received: Math.max(received, read.seq), read: read.seq };
}

/** What others may know of somebody's marks: to read is something one does, but that something arrived tells that the app is open. */
export function shownMarks({ received, read }: Marks, { hidden }: { readonly hidden: boolean }): Marks {
  return { received: hidden ? read : received, read };
}

export interface MarkStore {
  /** Eventually consistent. `receivedAt` is when the delivery mark was last written. */
  of(userId: string, conversation: string): Promise<Marks & { readonly receivedAt: Date | undefined }>;
  /** Moves the reader's mark forward, and the delivery mark with it; false when it was there already. */
  moveRead(userId: string, conversation: string, position: ReadPosition): Promise<boolean>;
  /** The delivery mark, if it was not moved within the last `everyMs`: false, too, where it was. */
  moveReceived(
    userId: string,
    conversation: string,
    seq: number,
    now: Date,
    everyMs: number,
  ): Promise<boolean>;
}

/**
 * Up to where the sender of a message had read when they wrote it. The log is asked only where that is not one of the
 * messages at hand, which in a talk it is.
 */
export async function positionOfSender(
  log: Pick<MessageLog, 'at'>,
  { conversation, senderId, read }: LogEntry,
  atHand: readonly LogEntry[],
): Promise<ReadPosition> {
  if (read === 0) return NOTHING_READ;
  const message = atHand.find(({ seq }) => seq === read) ?? (await log.at(conversation, [read])).at(0);
  return message ? positionAt(message, senderId) : NOTHING_READ;
}
