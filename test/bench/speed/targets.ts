import { type Figure, type Floor, rounded, table } from './figure.ts';
import { spreadOf } from './summary.ts';

/** A figure that must be reached. */
interface Target {
  readonly what: string;
  /** The id of the measured figure. */
  readonly id: string;
  /** Compare its ratio to this floor instead of the figure itself. */
  readonly over?: Floor;
  readonly better: 'lower' | 'higher';
  readonly required: number;
  readonly aim: number;
}

export const TARGETS: readonly Target[] = [
  {
    what: 'CPU per message, all processes (ms)',
    id: 'pairs.single.cpu',
    better: 'lower',
    required: 6,
    aim: 4,
  },
  {
    what: '50 pairs, single frames, delivered/s over the bare relay’s',
    id: 'pairs.single.delivered',
    over: 'relay',
    better: 'higher',
    required: 0.012,
    aim: 0.02,
  },
  {
    what: '50 pairs, frames of 10, delivered/s over the bare relay’s',
    id: 'pairs.framed.delivered',
    over: 'relay',
    better: 'higher',
    required: 0.05,
    aim: 0.1,
  },
  {
    what: '50 pairs, frames of 10, one in flight as the client library sends, over the same',
    id: 'pairs.oneframe.delivered',
    over: 'relay',
    better: 'higher',
    required: 0.05,
    aim: 0.1,
  },
  {
    what: 'sent → acked p50 over one SDK put on disk',
    id: 'pair.acked.p50',
    over: 'put',
    better: 'lower',
    required: 5,
    aim: 3.5,
  },
  {
    what: 'sent → seen p50 over one SDK put on disk',
    id: 'pair.seen.p50',
    over: 'put',
    better: 'lower',
    required: 4.5,
    aim: 3.5,
  },
  {
    what: 'sockets opened per second, 32 wide',
    id: 'sockets.opened',
    better: 'higher',
    required: 300,
    aim: 500,
  },
  { what: 'KiB per idle socket', id: 'sockets.kib', better: 'lower', required: 20, aim: 12 },
  { what: 'memory of `npm start`, idle (GB)', id: 'memory.idle', better: 'lower', required: 0.3, aim: 0.2 },
  {
    what: 'memory of `npm start`, 50 pairs (GB)',
    id: 'memory.pairs',
    better: 'lower',
    required: 1,
    aim: 0.7,
  },
  {
    what: 'init CPU of `message` over a bare DynamoDB client’s import',
    id: 'functions.init',
    better: 'lower',
    required: 1.1,
    aim: 0.8,
  },
  { what: 'bundle of `message` (KB)', id: 'functions.bundle', better: 'lower', required: 400, aim: 330 },
  {
    what: 'USD per million acked messages, single',
    id: 'usd.single',
    better: 'lower',
    required: 4.4,
    aim: 4.2,
  },
  {
    what: 'USD per million acked messages, frames of 10',
    id: 'usd.framed',
    better: 'lower',
    required: 1.4,
    aim: 1,
  },
  {
    what: 'a wrong password, known and unknown address: the larger median over the smaller',
    id: 'login.apart',
    better: 'lower',
    required: 1.05,
    aim: 1.02,
  },
  {
    what: 'growth with 10 × users and history (ratio)',
    id: 'rest.growth',
    better: 'lower',
    required: 1.1,
    aim: 1.1,
  },
  {
    what: 'growth with 10 × sockets (ratio)',
    id: 'sockets.growth',
    better: 'lower',
    required: 1.1,
    aim: 1.1,
  },
];

/**
 * The median of each figure beside what is required of it.
 *
 * @param all also those that were not measured
 */
export function targetTable(
  figures: readonly Figure[],
  all: boolean,
  targets: readonly Target[] = TARGETS,
): string {
  const rows = targets.flatMap((target) => {
    const measured = medianOf(figures, target);
    if (measured === undefined && !all) return [];
    const { what, required, aim } = target;
    const shown = measured === undefined ? '' : rounded(measured);
    return [[what, shown, rounded(required), rounded(aim), reached(target, measured)]];
  });
  return table([['figure', 'measured', 'required', 'aim', 'reached'], ...rows]);
}

export type Reached = 'aim' | 'required' | 'no' | 'not measured';

export function reached({ better, required, aim }: Target, measured: number | undefined): Reached {
  if (measured === undefined) return 'not measured';
  const isWithin = (limit: number) => (better === 'lower' ? measured <= limit : measured >= limit);
  if (isWithin(aim)) return 'aim';
  return isWithin(required) ? 'required' : 'no';
}

function medianOf(figures: readonly Figure[], { id, over }: Target): number | undefined {
  const figure = figures.find((one) => one.id === id);
  const runs = over ? figure?.over?.[over] : figure?.runs;
  return runs && spreadOf(runs).median;
}
