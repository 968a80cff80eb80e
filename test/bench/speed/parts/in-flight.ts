import { figure } from '../figure.ts';
import { sendOverAll, warmUp } from '../load/pairs.ts';
import { checkLogs, closeAll, lastSeqs, openPairs } from '../load/people.ts';
import { type Part, repeat } from '../part.ts';
import { startCounted } from '../system/start-counted.ts';

const MESSAGES = { full: 200, quick: 40 };
const PAIRS = [1, 50];
const WARM_UP_SECONDS = 5;

const KINDS = [
  { id: 'single-10', name: 'single frames, 10 in flight', window: 10, perFrame: 1 },
  { id: 'single-1', name: 'single frames, 1 in flight', window: 1, perFrame: 1 },
  { id: 'framed-10', name: 'frames of 10, 10 in flight', window: 10, perFrame: 10 },
  { id: 'framed-1', name: 'frames of 10, 1 in flight', window: 1, perFrame: 10 },
] as const;

/**
 * The price of several frames in flight. Two of them try the same number, and one put is refused, which AWS bills. Messages are
 * stored in another order than they were sent.
 */
export const inFlight: Part = async function* ({ runs, quick }) {
  const messages = quick ? MESSAGES.quick : MESSAGES.full;
  const system = await startCounted();
  try {
    for (const count of PAIRS) {
      const lines = await openPairs(system.url, count);
      const figures = [];
      for (const { id, name, ...way } of KINDS) {
        const shape = { messages, ...way };
        await warmUp(lines, { ...shape, messages: 20 }, WARM_UP_SECONDS);
        const results = await repeat(
          `${count === 1 ? '1 pair' : `${count} pairs`}, ${name}`,
          runs,
          async () => {
            const since = await lastSeqs(lines);
            await system.reset();
            const measured = await sendOverAll(lines, shape);
            const counts = await system.read();
            const { overtaken } = await checkLogs(lines, since, measured);
            return { ...counts, overtaken, sent: measured.messages };
          },
        );
        const each = (
          what: string,
          title: string,
          unit: string,
          of: (run: (typeof results)[number]) => number,
        ) => figure(`in-flight.${count}.${id}.${what}`, `${name}: ${title}`, unit, results.map(of));
        figures.push(
          each('refused', 'puts refused', '% of puts', ({ puts, sent }) => (100 * (puts - sent)) / puts),
          each('wru', 'written', 'WRU/message', ({ wru, sent }) => wru / sent),
          each(
            'overtaken',
            'stored behind one sent later',
            '%',
            ({ overtaken, sent }) => (100 * overtaken) / sent,
          ),
        );
      }
      await closeAll(lines);
      yield {
        title: `Frames in flight: ${count === 1 ? 'one pair' : `${count} pairs`}, ${messages} messages each`,
        figures,
      };
    }
  } finally {
    await system.stop();
  }
};
