import { ClientIdConflict } from '../errors.ts';
import type { LogEntry, MessageLog } from './message.ts';

/** How far back of the newest message `after` may be: each hundred more would cost one more item read. */
export const RETRY_REACH = 500;

/**
 * More messages than these are never read for one name. By chance not even three of 500 share a fingerprint; who picks
 * names that do makes their own retries unfindable, and no message dear.
 */
const MAX_CANDIDATES = 20;

/** What one try to append looks for: its own message, whichever call stored it. */
export interface Wanted {
  readonly conversation: string;
  readonly senderId: string;
  readonly text: string;
  /** The client's name for it, by which all its tries are known. */
  readonly clientId?: string | undefined;
  /** The id that this call gives it. */
  readonly id: string;
  /** The first `seq` that it can have. */
  readonly from: number;
}

/**
 * Looks for a message that an earlier try has stored, from `from` to the log's `last`. Reads nothing when no fingerprint fits;
 * else the messages that fit, and one in each further hundred for its fingerprints. So the cost does not depend on how long
 * the messages are.
 * @throws ClientIdConflict when another text has its name
 */
export async function findEarlier(
  log: Pick<MessageLog, 'at'>,
  last: LogEntry,
  { conversation, senderId, text, clientId, id, from }: Wanted,
): Promise<LogEntry | undefined> {
  const carriers: number[] = [];
  for (let seq = last.seq - RECENT_MESSAGES; seq >= from; seq -= RECENT_MESSAGES) carriers.push(seq);
  const known = [last, ...(await entriesAt(log, conversation, carriers))];
  const places = known.flatMap((entry) => placesOf(entry, clientId ?? id)).filter((seq) => seq >= from);
  const unseen = places.filter((seq) => known.every((entry) => entry.seq !== seq));
  const newest = unseen.toSorted((a, b) => b - a).slice(0, MAX_CANDIDATES);
  const candidates = [...known, ...(await entriesAt(log, conversation, newest))];
  const earlier = candidates.find(
    (entry) =>
      entry.seq >= from &&
      (entry.id === id ||
        (clientId !== undefined && entry.senderId === senderId && entry.clientId === clientId)),
  );
  if (earlier && earlier.text !== text) throw new ClientIdConflict();
  return earlier;
}

async function entriesAt(log: Pick<MessageLog, 'at'>, conversation: string, seqs: readonly number[]) {
  return seqs.length > 0 ? log.at(conversation, seqs) : [];
}

/** Each message carries the fingerprints of so many names: those of the messages before it, and its own. */
export const RECENT_MESSAGES = 100;

const BYTES = 2;

/**
 * A retry must be found among the messages before it, but reading a hundred for each send would cost ten times as much.
 * So each message carries two bytes of the name of each of the hundred up to its own. A fingerprint's place tells the
 * `seq` that it belongs to: where a name is found, those messages alone are read. By chance that is one new name in 650.
 */
export function placesOf(
  { seq, recent }: { readonly seq: number; readonly recent: Uint8Array },
  name: string,
): readonly number[] {
  const wanted = fingerprint(name);
  const first = seq - recent.length / BYTES + 1;
  const places: number[] = [];
  for (let i = 0; i < recent.length; i += BYTES) {
    if ((recent[i] as number) * 256 + (recent[i + 1] as number) === wanted) places.push(first + i / BYTES);
  }
  return places;
}

/** What the next message carries: the name is the client's, or the message's own id where it has none. */
export function nextRecent(recent: Uint8Array, name: string): Uint8Array {
  const value = fingerprint(name);
  const kept = recent.subarray(Math.max(0, recent.length - (RECENT_MESSAGES - 1) * BYTES));
  return Uint8Array.of(...kept, value >> 8, value & 0xff);
}

/** FNV-1a, folded to 16 bits. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 16) ^ (hash & 0xffff);
}
