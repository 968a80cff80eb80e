import { expect, test } from 'vitest';
import { explore } from './support/explore.ts';

const RUNS = 500;

test(`${RUNS} random schedules keep every promise`, { timeout: 120_000 }, async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`${RUNS} schedules, seed ${seed}: npm run simulate -- --seed ${seed}`);
  expect(await explore({ runs: RUNS, seed })).toBeUndefined();
});
