import { percentile } from '../summary.ts';
import { type Line, type Sending, type Shape, send } from './send.ts';

/** What a load of several lines came to. */
export interface Measured {
  readonly messages: number;
  /** From the first frame until the last message is acknowledged and seen. */
  readonly seconds: number;
  /** In ms. */
  readonly acked: Percentiles;
  /** By the first receiver, and by the last. */
  readonly firstSeen: Percentiles;
  readonly seen: Percentiles;
  readonly refusals: number;
  readonly unanswered: number;
  readonly sendings: readonly Sending[];
}

export const PERCENTS = [50, 95, 99] as const;
export type Percentiles = Readonly<Record<(typeof PERCENTS)[number], number>>;

/** No load takes longer. A system that hangs ends the measurement with an error. */
const LIMIT_MS = 8 * 60_000;

/** Sends over all lines at once. */
export async function sendOverAll(lines: readonly Line[], shape: Shape): Promise<Measured> {
  const deadline = AbortSignal.timeout(LIMIT_MS);
  const start = performance.now();
  const sendings = await Promise.all(lines.map((line) => send(line, shape, deadline)));
  const seconds = (performance.now() - start) / 1_000;
  const all = sendings.flatMap(({ sent }) => sent);
  return {
    messages: all.length,
    seconds,
    acked: percentilesOf(all.map(({ sentAt, ackedAt }) => (ackedAt as number) - sentAt)),
    firstSeen: percentilesOf(all.map(({ sentAt, firstSeenAt }) => (firstSeenAt as number) - sentAt)),
    seen: percentilesOf(all.map(({ sentAt, seenAt }) => (seenAt as number) - sentAt)),
    refusals: sendings.reduce((sum, one) => sum + one.refusals, 0),
    unanswered: sendings.reduce((sum, one) => sum + one.unanswered, 0),
    sendings,
  };
}

/** Sends until the system and this process are warm: in the first seconds, throughput is half. */
export async function warmUp(lines: readonly Line[], shape: Shape, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  do await sendOverAll(lines, shape);
  while (performance.now() < end);
}

export function percentilesOf(values: readonly number[]): Percentiles {
  return Object.fromEntries(PERCENTS.map((percent) => [percent, percentile(values, percent)])) as Percentiles;
}
