import { type Custom, customBytes, MAX_CUSTOM_BYTES } from './custom.ts';
import type { Changed, LogEntry } from './message.ts';

/** How much a page may have of each. */
export interface PageBounds {
  readonly messages: number;
  /** As JSON in UTF-8: as the messages are sent. */
  readonly bytes: number;
  /** JSON of a message beside its text and the reactions to it, at most. */
  readonly beside: number;
  /** Of the log. DynamoDB bills them, sent or not. */
  readonly readBytes: number;
  /** It has so many messages, however large. One by default, so that every page leads further. */
  readonly least?: number;
}

export interface Gathered {
  readonly messages: readonly LogEntry[];
  /** The bytes ended the page. */
  readonly isFull: boolean;
  /** What is left of the bounds. */
  readonly bytes: number;
  readonly readBytes: number;
}

/** What an entry stores beside its text, at most: key, ids, counts and fingerprints. */
export const STORED_BESIDE = 700;

/** A text has 4,000 characters of at most 4 bytes. */
const LARGEST_ENTRY = 16_000 + MAX_CUSTOM_BYTES + STORED_BESIDE;

const utf8 = new TextEncoder();

/** What differs in size from message to message. */
export interface Sized {
  readonly text: string;
  readonly changed?: Pick<Changed, 'reactions'> | undefined;
  readonly custom?: Custom | undefined;
}

/** Of a message, at most. */
export function storedBytes(message: Sized): number {
  const { text, changed } = message;
  const reactions = Object.entries(changed?.reactions ?? {});
  // Lists of emoji and member numbers: DynamoDB counts 3 bytes a list, 1 more an element, and 2 a number.
  const ofReactions = reactions.map(([emoji, users]) => 9 + utf8.encode(emoji).length + 3 * users.length);
  const beside = STORED_BESIDE + customBytes(message);
  return ofReactions.reduce((sum, bytes) => sum + bytes, beside + utf8.encode(text).length);
}

/** What happened to a group, as JSON. */
export function eventBytes({ event }: Pick<LogEntry, 'event'>): number {
  return event ? utf8.encode(JSON.stringify(event)).length : 0;
}

/** Whom a message mentions, as JSON. */
function mentionBytes({ mentions }: Pick<LogEntry, 'mentions'>): number {
  return mentions ? jsonBytes('mentions') + JSON.stringify(mentions).length : 0;
}

/** Bytes as JSON in UTF-8. A control character takes six. */
export function jsonBytes(...texts: readonly string[]): number {
  return utf8.encode(JSON.stringify(texts)).length;
}

/** The same of the reactions to a message: 2.7 KB for two members with twenty emoji of the longest kind. */
function bytesOfReactions({ changed }: Sized): number {
  const all = Object.entries(changed?.reactions ?? {});
  const shown = all.map(([emoji, users]) => ({ emoji, users }));
  return all.length === 0 ? 0 : jsonBytes('reactions') + utf8.encode(JSON.stringify(shown)).length;
}

function bytesOfExtras(message: LogEntry): number {
  return eventBytes(message) + mentionBytes(message) + customBytes(message) + bytesOfReactions(message);
}

/**
 * Gathers a page of a log, and ends it before it gets too large. The log does not tell the size of a message that nobody has read
 * yet, so it is read in slices that stay within `readBytes` if every message in them is of the largest size.
 * @param readOn reads so many of the messages behind the last one, or the first ones
 */
export async function gather(
  readOn: (limit: number, last: LogEntry | undefined) => Promise<readonly LogEntry[]>,
  { messages: limit, bytes, beside, readBytes, least = 1 }: PageBounds,
): Promise<Gathered> {
  const messages: LogEntry[] = [];
  const left = { bytes, readBytes };
  while (messages.length < limit) {
    const wanted = Math.min(limit - messages.length, Math.max(1, Math.floor(left.readBytes / LARGEST_ENTRY)));
    const slice = await readOn(wanted, messages.at(-1));
    for (const message of slice) {
      left.readBytes -= storedBytes(message);
      left.bytes -= beside + jsonBytes(message.text) + bytesOfExtras(message);
      if (left.bytes < 0 && messages.length >= least) return { messages, isFull: true, ...left };
      messages.push(message);
    }
    if (slice.length < wanted) break;
  }
  return { messages, isFull: false, ...left };
}
