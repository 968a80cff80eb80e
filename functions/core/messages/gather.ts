import type { LogEntry } from './message.ts';

/** How much a page may have of each. */
export interface PageBounds {
  readonly messages: number;
  /** As JSON in UTF-8: as the messages are sent. */
  readonly bytes: number;
  /** JSON of a message beside its text, at most. */
  readonly beside: number;
  /** Of the log. DynamoDB bills them, sent or not. */
  readonly readBytes: number;
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
const LARGEST_ENTRY = 16_000 + STORED_BESIDE;

const utf8 = new TextEncoder();

/** Of a message with this text, at most. */
export function storedBytes(text: string): number {
  return STORED_BESIDE + utf8.encode(text).length;
}

/** What happened to a group, as JSON. */
export function eventBytes({ event }: Pick<LogEntry, 'event'>): number {
  return event ? utf8.encode(JSON.stringify(event)).length : 0;
}

/** An emoji with those who reacted, as JSON, beside their ids. */
const REACTION_BYTES = 64;
/** An id in a list. */
const USER_BYTES = 39;

/** The reactions to a message, as JSON, at most. */
function reactionBytes({ changed }: Pick<LogEntry, 'changed'>): number {
  const users = Object.values(changed?.reactions ?? {});
  return users.length * REACTION_BYTES + users.flat().length * USER_BYTES;
}

/** Bytes as JSON in UTF-8. A control character takes six. */
export function jsonBytes(...texts: readonly string[]): number {
  return utf8.encode(JSON.stringify(texts)).length;
}

/**
 * Gathers a page of a log, and ends it before it gets too large. The log does not tell the size of a message that nobody has read
 * yet, so it is read in slices that stay within `readBytes` if every message in them is of the largest size.
 * @param readOn reads so many of the messages behind the last one, or the first ones
 * @param needsOne the page has one message at least, however large, so that every page leads further
 */
export async function gather(
  readOn: (limit: number, last: LogEntry | undefined) => Promise<readonly LogEntry[]>,
  { messages: limit, bytes, beside, readBytes }: PageBounds,
  needsOne = true,
): Promise<Gathered> {
  const messages: LogEntry[] = [];
  const left = { bytes, readBytes };
  while (messages.length < limit) {
    const wanted = Math.min(limit - messages.length, Math.max(1, Math.floor(left.readBytes / LARGEST_ENTRY)));
    const slice = await readOn(wanted, messages.at(-1));
    for (const message of slice) {
      left.readBytes -= storedBytes(message.text);
      left.bytes -= beside + jsonBytes(message.text) + eventBytes(message) + reactionBytes(message);
      if (left.bytes < 0 && (messages.length > 0 || !needsOne)) return { messages, isFull: true, ...left };
      messages.push(message);
    }
    if (slice.length < wanted) break;
  }
  return { messages, isFull: false, ...left };
}
