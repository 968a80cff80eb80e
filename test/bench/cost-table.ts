import { functionSpecs } from '../../lib/functions.ts';
import { ASSUMED_FRAME_MS, ASSUMED_INIT_MS, ASSUMED_MS, PRICES } from './prices.ts';

/** The consumption of some work, counted over `times` repetitions. */
export interface Counted {
  readonly times: number;
  /** Over sockets, both ways, in the billed units of 32 KB. */
  readonly socketMessages: number;
  readonly httpRequests: number;
  /** Requests and handshakes through CloudFront. */
  readonly viewerRequests: number;
  /** Sent to the clients. Without headers, and before compression. */
  readonly megabytes: number;
  /** By function. */
  readonly invocations: Readonly<Record<string, number>>;
  readonly wru: number;
  readonly rru: number;
}

/** The average for one repetition. */
export interface Cost {
  readonly work: string;
  readonly socketMessages: number;
  readonly httpRequests: number;
  readonly viewerRequests: number;
  readonly megabytes: number;
  readonly invocations: number;
  readonly wru: number;
  readonly rru: number;
  /** For a million. */
  readonly usd: number;
}

/** The kinds of work, in the order of the table. */
export const WORK = {
  acked: 'a message until it is acknowledged',
  framed: 'a message in a frame of 10 until it is acknowledged',
  framedAll: 'a message in a frame of 10, inboxes included',
  burst: 'a message in a burst of 20, inboxes included',
  alone: 'a message alone, inboxes included',
  top: 'a message that brings its conversation to the top of both inboxes',
  http: 'a message over HTTP until it is answered',
  edit: 'an edit until it is acknowledged',
  read: 'a `conversation.read`',
  received: 'a `message.received` that is written',
  coalesced: 'a `message.received` that comes too soon',
  typing: 'a `typing` that is forwarded',
  ping: 'a `ping`',
  inbox: 'a page of 10 conversations',
  messages: 'a page of 20 messages',
  syncNothing: 'a `sync` of 10 conversations, nothing missed',
  syncTwenty: 'a `sync` of 10 conversations, 20 messages missed',
  watch: 'a `presence.watch` of 10 users, the first of an account in two hours',
  watchAgain: 'a `presence.watch` of the same users by another socket',
  session: 'a device that connects and goes, one watcher',
} as const;

export type Work = keyof typeof WORK;

/** The cost of each kind of work. */
export function costsOf(counts: Readonly<Record<Work, Counted>>): Record<Work, Cost> {
  const costs = Object.entries(WORK).map(([work, name]) => [work, costOf(name, counts[work as Work], work)]);
  return Object.fromEntries(costs);
}

function costOf(name: string, { times, invocations, ...consumed }: Counted, kind: string): Cost {
  const millisecondsOf = (entry: string) =>
    entry === 'message' && kind.startsWith('framed') ? ASSUMED_FRAME_MS : ASSUMED_MS;
  const gigabyteSeconds = sum(
    Object.entries(invocations).map(
      ([entry, count]) => (count * gigabytesOf(entry) * millisecondsOf(entry)) / 1000,
    ),
  );
  const counted = { ...consumed, invocations: sum(Object.values(invocations)) };
  const perMillion = { ...counted, gigabyteSeconds };
  const usd = sum(
    Object.entries(perMillion).map(([what, count]) => (count / times) * PRICES[what as keyof typeof PRICES]),
  );
  const each = Object.fromEntries(Object.entries(counted).map(([what, count]) => [what, count / times]));
  return { work: name, ...(each as typeof counted), usd };
}

/** The cost of a socket that is silent for an hour, except for its `ping` every nine minutes. */
export function idleHour(ping: Cost): number {
  return ((60 / 9) * ping.usd + 60 * PRICES.connectionMinutes) / 1_000_000;
}

/** The start of a process that serves messages. Each process starts once, and serves many events. */
export function start(): number {
  return gigabytesOf('message') * (ASSUMED_INIT_MS / 1000) * PRICES.gigabyteSeconds;
}

/** The table in docs/costs.md. */
export function markdownOf(costs: Readonly<Record<Work, Cost>>): string {
  const head = [
    'work',
    'socket messages',
    'HTTP requests',
    'invocations',
    'WRU',
    'RRU',
    'KB sent',
    'USD a million',
  ];
  const rows = Object.values(costs).map(
    ({ work, socketMessages, httpRequests, invocations, wru, rru, megabytes, usd }) => [
      work,
      ...[socketMessages, httpRequests, invocations, wru, rru].map((count) => String(rounded(count))),
      (megabytes * 1000).toFixed(1),
      usd.toFixed(2),
    ],
  );
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rounded(count: number): number {
  return Math.round(count * 100) / 100;
}

export function gigabytesOf(name: string): number {
  const spec = Object.entries(functionSpecs).find(([entry]) => entry.endsWith(`/${name}`));
  if (!spec) throw new Error(`lib/functions.ts has no function ${name}`);
  return spec[1].memoryMb / 1024;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
