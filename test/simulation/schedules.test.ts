import { expect, test } from 'vitest';
import { SEED } from '../seed.ts';
import { explore } from './support/explore.ts';

const RUNS = 500;

test(`${RUNS} random schedules keep every promise`, { timeout: 120_000 }, async () => {
  expect(await explore({ runs: RUNS, seed: SEED })).toBeUndefined();
});
