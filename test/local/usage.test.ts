import { expect, it } from 'vitest';
import { UsageCounter } from '../../local/usage.ts';

const request = { caller: 'parley-dev-message', partition: 'CONV#a', operation: 'PutItem', wru: 1, rru: 0.5 };
const countMany = (usage: UsageCounter, count: number, change: (i: number) => object = () => ({})) => {
  for (let i = 0; i < count; i += 1)
    usage.countRequest(
      { ...request, ...change(i) } as Parameters<UsageCounter['countRequest']>[0],
      'message',
    );
};

it('requests are told in their order, with what each consumed', () => {
  const usage = new UsageCounter();
  countMany(usage, 3, (i) => ({ wru: i % 2 }));
  const told = { operation: 'PutItem', rru: 0.5, function: 'message' };
  expect(usage.read(0).requests).toEqual([
    { ...told, wru: 0 },
    { ...told, wru: 1 },
    { ...told, wru: 0 },
  ]);
  usage.reset(0);
  expect(usage.read(0).requests).toEqual([]);
});

it('requests that are alike share one object, and the oldest are dropped, so that a long run needs no more memory', () => {
  const usage = new UsageCounter();
  countMany(usage, 250_000, (i) => ({ wru: i % 4 }));
  const { requests } = usage.read(0);
  expect(requests.length).toBeLessThanOrEqual(100_000);
  expect(new Set(requests).size).toBe(4);
  countMany(usage, 30_000, (i) => ({ wru: i }));
  expect(usage.read(0).requests.at(-1)).toMatchObject({ wru: 29_999 });
});
