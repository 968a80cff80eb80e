import { conversationOf, type Person, register } from '../../../support/people.ts';
import { call } from './http.ts';
import type { Measured } from './pairs.ts';
import type { Line } from './send.ts';
import { LoadSocket } from './socket.ts';
import { type Comparison, compareWithLog, type StoredText, sumOf } from './stored.ts';

/** A password hash takes a whole core on a system with the default settings. */
const AT_ONCE = 4;

export async function registerAll(url: string, count: number): Promise<readonly Person[]> {
  return inParallel(AT_ONCE, count, () => register(url));
}

/** Runs a task `count` times, `width` at once, and returns the results. */
export async function inParallel<T>(
  width: number,
  count: number,
  task: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, work));
  return results;
}

export const deviceUrl = (url: string) => `${url.replace(/^http/, 'ws')}/ws`;

/** A line between two users, with what is needed to read their log. */
export interface PairLine extends Line {
  readonly url: string;
  readonly access: string;
  readonly conversation: string;
}

/** Pairs of users with a device each. The first of a pair sends. */
export async function openPairs(url: string, count: number): Promise<readonly PairLine[]> {
  const people = await registerAll(url, 2 * count);
  return inParallel(8, count, async (pair) => {
    const [ada, charles] = people.slice(2 * pair, 2 * pair + 2) as [Person, Person];
    const sender = await LoadSocket.open(deviceUrl(url), ada.access);
    const receiver = await LoadSocket.open(deviceUrl(url), charles.access);
    const conversation = conversationOf(ada, charles);
    return {
      sender,
      receivers: [receiver],
      address: { to: charles.id },
      url,
      access: ada.access,
      conversation,
    };
  });
}

export async function closeAll(lines: readonly Line[]): Promise<void> {
  const sockets = new Set(lines.flatMap(({ sender, receivers }) => [sender, ...receivers]));
  await Promise.all([...sockets].map((socket) => socket.close()));
}

/**
 * Compares each log with what was sent over its line.
 *
 * @param since the last numbers before the load, by conversation
 * @throws Error if a message is missing or stored twice, or if a number is missing
 */
export async function checkLogs(
  lines: readonly PairLine[],
  since: readonly number[],
  { sendings }: Measured,
): Promise<Comparison> {
  const comparisons = await inParallel(4, lines.length, async (line) => {
    const after = since[line] as number;
    const stored = await readLog(lines[line] as PairLine, after);
    const sent = sendings[line]?.sent.map(({ text }) => text) ?? [];
    return compareWithLog(sent, stored, after);
  });
  const total = sumOf(comparisons);
  if (total.missing + total.doubled + total.gaps > 0) {
    throw new Error(`The logs differ from what was sent: ${JSON.stringify(total)}`);
  }
  return total;
}

/** The last number of each log. */
export async function lastSeqs(lines: readonly PairLine[]): Promise<number[]> {
  return inParallel(4, lines.length, async (index) => {
    const { url, access, conversation } = lines[index] as PairLine;
    const page = await call(url, `/conversations/${conversation}/messages/?limit=1`, { access });
    return page.last_seq as number;
  });
}

/** The messages of a log after a number. */
async function readLog({ url, access, conversation }: PairLine, after: number): Promise<StoredText[]> {
  const stored: StoredText[] = [];
  for (let from = after; ; ) {
    const path = `/conversations/${conversation}/messages/?after=${from}&limit=100`;
    const { results } = await call(url, path, { access });
    const page = results as { seq: number; message: string }[];
    stored.push(...page.map(({ seq, message }) => ({ seq, text: message })));
    const last = page.at(-1);
    if (last === undefined) return stored;
    from = last.seq;
  }
}
