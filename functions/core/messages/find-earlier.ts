import { type Conversation, type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { ClientIdConflict } from '../errors.ts';
import type { LogEntry, MessageLog } from './message.ts';

/** `after` may be at most so far behind the newest message. Each further hundred would cost one more item read. */
export const RETRY_REACH = 500;

/** Each entry carries the fingerprints of so many client ids: its own, and those of the entries before it. */
export const RECENT_MESSAGES = 100;

const FINGERPRINT_BYTES = 2;

/**
 * So many messages are read for one client id, and one more for each further id of the same call. By chance, not even three of
 * 500 ids share a fingerprint. A client that picks ids with one fingerprint makes its own retries impossible to find, and no
 * message expensive.
 */
export const MAX_CANDIDATES = 6;

/** What one try to append looks for: its own message, from this call or an earlier one. */
export interface Wanted {
  readonly conversation: OwnConversation;
  readonly text: string;
  /** The client's name for the message, which all its tries share. */
  readonly clientId?: string | undefined;
  /** The id that this call gives the message. */
  readonly id: string;
  /** The lowest `seq` that the message can have. */
  readonly from: number;
}

/** How many messages may still be read. */
export interface ReadBudget {
  left: number;
}

/**
 * The log's `last` entry, and one entry of each further hundred down to `from`. Together they carry the fingerprint of every
 * message from `from` on.
 */
export async function carriersOf(
  log: Pick<MessageLog, 'at'>,
  conversation: Conversation,
  last: LogEntry,
  from: number,
): Promise<readonly LogEntry[]> {
  const seqs: number[] = [];
  for (let seq = last.seq - RECENT_MESSAGES; seq >= from; seq -= RECENT_MESSAGES) seqs.push(seq);
  return [last, ...(await entriesAt(log, conversation, seqs))];
}

/**
 * Looks for a message that an earlier try has stored. If no fingerprint fits, it reads nothing; else it reads the messages that
 * fit. So the cost does not depend on the length of the messages.
 * @param carriers carry the fingerprints of all messages that it can be
 * @throws ClientIdConflict if the message with this client id has another text
 */
export async function findEarlier(
  log: Pick<MessageLog, 'at'>,
  carriers: readonly LogEntry[],
  { conversation, text, clientId, id, from }: Wanted,
  budget: ReadBudget,
): Promise<LogEntry | undefined> {
  const senderId = selfOf(conversation);
  const fitting = new Set(carriers.flatMap((entry) => seqsOf(entry, clientId ?? id)));
  const unread = [...fitting].filter((seq) => seq >= from && carriers.every((entry) => entry.seq !== seq));
  const newest = unread.toSorted((a, b) => b - a).slice(0, budget.left);
  budget.left -= newest.length;
  const candidates = [...carriers, ...(await entriesAt(log, conversation, newest))];
  const earlier = candidates.find(
    (entry) =>
      entry.seq >= from &&
      (entry.id === id ||
        (clientId !== undefined && entry.senderId === senderId && entry.clientId === clientId)),
  );
  // Of a message that has changed, nobody knows any more what was written first.
  if (earlier && !earlier.changed && earlier.text !== text) throw new ClientIdConflict();
  return earlier;
}

async function entriesAt(log: Pick<MessageLog, 'at'>, conversation: Conversation, seqs: readonly number[]) {
  return seqs.length > 0 ? log.at(conversation, seqs) : [];
}

/**
 * The sequence numbers whose fingerprint is that of a name. A retry must be found among the last hundred messages, but to read
 * a hundred for each send would cost ten times as much. So each entry carries two bytes for each of them, in order: the index
 * of a fingerprint tells its `seq`. By chance one new name in 650 meets a fingerprint.
 */
export function seqsOf(
  { seq, recent }: { readonly seq: number; readonly recent: Uint8Array },
  name: string,
): readonly number[] {
  const wanted = fingerprint(name);
  const first = seq - recent.length / FINGERPRINT_BYTES + 1;
  const seqs: number[] = [];
  for (let i = 0; i < recent.length; i += FINGERPRINT_BYTES) {
    if ((recent[i] as number) * 256 + (recent[i + 1] as number) === wanted) {
      seqs.push(first + i / FINGERPRINT_BYTES);
    }
  }
  return seqs;
}

/** The fingerprints of the next entry. Its name is its client id, or its own id if it has none. */
export function nextRecent(recent: Uint8Array, name: string): Uint8Array {
  const value = fingerprint(name);
  const kept = recent.subarray(Math.max(0, recent.length - (RECENT_MESSAGES - 1) * FINGERPRINT_BYTES));
  return Uint8Array.of(...kept, value >> 8, value & 0xff);
}

/** FNV-1a, folded to 16 bits. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 16) ^ (hash & 0xffff);
}
