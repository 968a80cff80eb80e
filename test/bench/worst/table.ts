import { ANSWER_MS } from '../../../functions/core/accounts/links.ts';
import { gigabytesOf, sum } from '../cost-table.ts';
import { ASSUMED_MS, PRICES } from '../prices.ts';
import { DEAREST, FAN_OUT, type Kind } from './kinds.ts';

/** The consumption of one frame or request. */
export interface Consumed {
  /** Over sockets, both ways, in the billed units of 32 KB. */
  readonly socketMessages: number;
  readonly httpRequests: number;
  readonly viewerRequests: number;
  readonly megabytes: number;
  readonly wru: number;
  readonly rru: number;
  /** None if it is left out. */
  readonly mails?: number;
  /** By function. */
  readonly invocations: Readonly<Record<string, number>>;
  /** To the table, by function. */
  readonly requests: Readonly<Record<string, number>>;
  /** A function waited so long for its turn. */
  readonly waitedMs: number;
}

type Counts = Readonly<Record<Kind | keyof typeof FAN_OUT, Consumed>>;

export interface Dear {
  readonly work: string;
  readonly consumed: Consumed;
  /** For a million. */
  readonly usd: number;
  /** As a multiple of a message of 4.44 USD. */
  readonly messages: number;
}

/** A request to the table takes so long on AWS. Many of them run one behind the other. */
const REQUEST_MS = 5;

/** bcrypt at cost 10, and what is around it. */
const HASH_MS = 120;
const HASHES: Readonly<Record<string, number>> = {
  register: 1,
  'sign-up': 1,
  'confirm-sign-up': 1,
  token: 1,
  'own-password': 2,
  'confirm-reset': 1,
  'delete-account': 1,
};

export function dearestOf(counts: Counts): Record<Kind | keyof typeof FAN_OUT, Dear> {
  const all = { ...DEAREST, ...FAN_OUT };
  const entries = Object.entries(all).map(([kind, work]) => [kind, dear(work, counts[kind as Kind])]);
  return Object.fromEntries(entries);
}

function dear(work: string, consumed: Consumed): Dear {
  const {
    socketMessages,
    httpRequests,
    viewerRequests,
    megabytes,
    wru,
    rru,
    mails = 0,
    invocations,
  } = consumed;
  const perMillion = {
    ...{ socketMessages, httpRequests, viewerRequests, megabytes, wru, rru, mails },
    invocations: sum(Object.values(invocations)),
    gigabyteSeconds: gigabyteSeconds(consumed),
  };
  const usd = sum(
    Object.entries(perMillion).map(([what, count]) => count * PRICES[what as keyof typeof PRICES]),
  );
  return { work, consumed, usd, messages: usd / 4.44 };
}

/** Each function runs for at least {@link ASSUMED_MS}, and as long as its requests take one behind the other. */
function gigabyteSeconds({ invocations, requests, waitedMs }: Consumed): number {
  return sum(
    Object.entries(invocations).map(([entry, count]) => {
      const own = (HASHES[entry] ?? 0) * HASH_MS * count;
      const waited = entry === 'message' ? waitedMs : 0;
      const least = (entry === 'reset-password' || entry === 'sign-up' ? ANSWER_MS : ASSUMED_MS) * count;
      const ms = Math.max(least, REQUEST_MS * (requests[entry] ?? 0)) + own + waited;
      return (gigabytesOf(entry) * ms) / 1000;
    }),
  );
}

/** The table in docs/costs.md. */
export function markdownOf(dearest: readonly Dear[]): string {
  const head = ['frame or request', 'socket messages', 'WRU', 'RRU', 'KB sent', 'USD a million', 'messages'];
  const rows = dearest.map(({ work, consumed: { socketMessages, wru, rru, megabytes }, usd, messages }) => [
    work,
    ...[socketMessages, wru, rru].map((count) => String(Math.round(count * 100) / 100)),
    (megabytes * 1000).toFixed(1),
    usd.toFixed(2),
    messages.toFixed(1),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
