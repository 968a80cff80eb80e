import type { LogEntry } from '../messages/message.ts';
import type { MessageLog } from '../messages/ports.ts';
import { NOTHING_READ, positionAt, type ReadPosition } from './mark.ts';

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
