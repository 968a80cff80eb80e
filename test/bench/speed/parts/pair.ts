import { figure } from '../figure.ts';
import { startPuts, startRelay, warmRelay } from '../floor/floor.ts';
import { type Measured, PERCENTS, type Percentiles, sendOverAll, warmUp } from '../load/pairs.ts';
import { checkLogs, closeAll, lastSeqs, openPairs } from '../load/people.ts';
import { type Part, repeat } from '../part.ts';
import { useSystem } from '../system/start.ts';

const MESSAGES = { full: 1_000, quick: 200 };
const WARM_UP = { seconds: 5, messages: 100 };

/** One pair, one message at a time: how long a message takes on an otherwise idle system. */
export const pair: Part = async function* ({ runs, quick, url }) {
  const shape = { messages: quick ? MESSAGES.quick : MESSAGES.full, window: 1, perFrame: 1 };
  const relay = await startRelay();
  const puts = await startPuts();
  const system = await useSystem(url);
  try {
    const relayed = await relay.openPairs(1);
    const lines = await openPairs(system.url, 1);
    const overRelay = await warmRelay(relayed, shape);
    await puts.put(shape.messages);
    await warmUp(lines, { ...shape, messages: WARM_UP.messages }, WARM_UP.seconds);
    const results = await repeat('one pair', runs, async () => {
      const floor = await overRelay();
      const put = await puts.put(shape.messages);
      const since = await lastSeqs(lines);
      const parley = await sendOverAll(lines, shape);
      await checkLogs(lines, since, parley);
      return { floor, put, parley };
    });
    await Promise.all([closeAll(lines), closeAll(relayed)]);

    const of = (kind: 'acked' | 'seen', percent: keyof Percentiles) => {
      const at = (measured: Measured) => measured[kind][percent];
      return figure(
        `pair.${kind}.p${percent}`,
        `sent → ${kind}, p${percent}`,
        'ms',
        results.map(({ parley }) => at(parley)),
        { relay: results.map(({ floor }) => at(floor)), put: results.map(({ put }) => put[percent]) },
      );
    };
    const figures = [
      ...PERCENTS.map((percent) => of('acked', percent)),
      ...PERCENTS.map((percent) => of('seen', percent)),
      ...PERCENTS.map((percent) =>
        figure(
          `floor.put.p${percent}`,
          `floor: one put, p${percent}`,
          'ms',
          results.map(({ put }) => put[percent]),
        ),
      ),
      ...PERCENTS.map((percent) =>
        figure(
          `floor.relay.p${percent}`,
          `floor: relay, sent → seen, p${percent}`,
          'ms',
          results.map(({ floor }) => floor.seen[percent]),
        ),
      ),
    ];
    yield { title: `One pair, ${shape.messages} messages, one at a time`, figures };
  } finally {
    await Promise.all([system.stop(), relay.end(), puts.end()]);
  }
};
