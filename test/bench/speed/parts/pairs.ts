import { type Figure, figure } from '../figure.ts';
import { startPuts, startRelay, warmRelay } from '../floor/floor.ts';
import { PERCENTS, sendOverAll, warmUp } from '../load/pairs.ts';
import { checkLogs, closeAll, lastSeqs, openPairs, type PairLine } from '../load/people.ts';
import type { Shape } from '../load/send.ts';
import { type Part, repeat } from '../part.ts';
import { cpuBetween, hasAccounts, processesOf } from '../system/processes.ts';
import { type System, useSystem } from '../system/start.ts';

const PAIRS = 50;
const MESSAGES = { full: 200, quick: 40 };
const WARM_UP = { seconds: 10, messages: 20 };
/** The relay passes on so many more messages than Parley stores, or its run would be over before it has begun. */
const RELAY_TIMES = 10;
const PUTS = 1_000;

/** The ways to have ten messages or frames on their way. */
const KINDS = {
  single: { title: 'single frames, 10 in flight', window: 10, perFrame: 1 },
  framed: { title: 'frames of 10, 10 in flight', window: 10, perFrame: 10 },
  oneframe: { title: 'frames of 10, 1 in flight', window: 1, perFrame: 10 },
} as const;

/** Fifty pairs at once: how many messages a second a system stores and delivers, and the CPU time that each takes. */
export const pairs: Part = async function* ({ runs, quick, url }) {
  const messages = quick ? MESSAGES.quick : MESSAGES.full;
  const relay = await startRelay();
  const puts = await startPuts();
  const system = await useSystem(url);
  try {
    const relayed = await relay.openPairs(PAIRS);
    const lines = await openPairs(system.url, PAIRS);
    for (const [id, { title, window, perFrame }] of Object.entries(KINDS)) {
      const shape = { messages, window, perFrame };
      const overRelay = await warmRelay(relayed, { ...shape, messages: RELAY_TIMES * messages });
      await puts.put(PUTS);
      await warmUp(lines, { ...shape, messages: WARM_UP.messages }, WARM_UP.seconds);
      const results = await repeat(`50 pairs, ${title}`, runs, async () => {
        const floor = await overRelay();
        const put = await puts.put(PUTS);
        return { floor, put, parley: await sendAndAccount(system, lines, shape) };
      });
      yield {
        title: `${PAIRS} pairs, ${messages} messages each, ${title}`,
        figures: figuresOf(`pairs.${id}`, results),
        ...(system.pid === undefined && { notes: [NO_ACCOUNTS] }),
      };
    }
    await Promise.all([closeAll(lines), closeAll(relayed)]);
  } finally {
    await Promise.all([system.stop(), relay.end(), puts.end()]);
  }
};

const NO_ACCOUNTS = 'CPU time is not measured: that needs a system that the bench started itself, on Linux.';

/** Sends, measures the CPU time of the system's processes meanwhile, and checks the logs afterwards. */
async function sendAndAccount({ pid }: System, lines: readonly PairLine[], shape: Shape) {
  const sample = () => (pid === undefined || !hasAccounts ? undefined : processesOf(pid));
  const since = await lastSeqs(lines);
  const before = sample();
  const measured = await sendOverAll(lines, shape);
  const after = sample();
  const { overtaken } = await checkLogs(lines, since, measured);
  return { ...measured, overtaken, cpu: before && after && cpuBetween(before, after) };
}

type Results = readonly {
  readonly floor: Awaited<ReturnType<typeof sendOverAll>>;
  readonly put: { readonly [percent in (typeof PERCENTS)[number]]: number };
  readonly parley: Awaited<ReturnType<typeof sendAndAccount>>;
}[];

function figuresOf(id: string, results: Results): Figure[] {
  const perSecond = ({ messages, seconds }: { messages: number; seconds: number }) => messages / seconds;
  const share = (of: (run: Results[number]['parley']) => number) =>
    results.map(({ parley }) => (100 * of(parley)) / parley.messages);
  const times = (['acked', 'seen'] as const).flatMap((kind) =>
    PERCENTS.map((percent) =>
      figure(
        `${id}.${kind}.p${percent}`,
        `sent → ${kind}, p${percent}`,
        'ms',
        results.map(({ parley }) => parley[kind][percent]),
        {
          relay: results.map(({ floor }) => floor[kind][percent]),
          put: results.map(({ put }) => put[percent]),
        },
      ),
    ),
  );
  return [
    figure(
      `${id}.delivered`,
      'delivered',
      'messages/s',
      results.map(({ parley }) => perSecond(parley)),
      { relay: results.map(({ floor }) => perSecond(floor)) },
    ),
    figure(
      `${id}.relay`,
      'floor: the relay delivered',
      'messages/s',
      results.map(({ floor }) => perSecond(floor)),
    ),
    ...times,
    figure(
      `${id}.overtaken`,
      'stored behind one that was sent later',
      '%',
      share(({ overtaken }) => overtaken),
    ),
    figure(
      `${id}.refusals`,
      'refused and sent again',
      '%',
      share(({ refusals }) => refusals),
    ),
    figure(
      `${id}.unanswered`,
      'without an answer for 30 s',
      '%',
      share(({ unanswered }) => unanswered),
    ),
    ...cpuFigures(id, results),
  ];
}

/** CPU time for each message: of all processes, and of those with the same role. */
function cpuFigures(id: string, results: Results): Figure[] {
  const runs = results.flatMap(({ parley: { cpu, messages } }) => (cpu ? { cpu, messages } : []));
  if (runs.length === 0) return [];
  const total = (cpu: ReadonlyMap<string, number>) => [...cpu.values()].reduce((sum, ms) => sum + ms, 0);
  const roles = [...new Set(runs.flatMap(({ cpu }) => [...cpu.keys()]))];
  const byRole = roles.map((role) =>
    figure(
      `${id}.cpu.${role}`,
      `CPU of ${role === 'ended' ? 'processes that ended' : role}`,
      'ms/message',
      runs.map(({ cpu, messages }) => (cpu.get(role) ?? 0) / messages),
    ),
  );
  return [
    figure(
      `${id}.cpu`,
      'CPU of all processes',
      'ms/message',
      runs.map(({ cpu, messages }) => total(cpu) / messages),
    ),
    ...byRole.filter(({ runs }) => Math.max(...runs) >= 0.005),
  ];
}
