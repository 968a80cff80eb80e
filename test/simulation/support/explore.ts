import fc from 'fast-check';
import type { Plant } from './capabilities.ts';
import { runSchedule } from './run-schedule.ts';
import { type Schedule, schedules } from './steps.ts';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly plant?: Plant | undefined;
  /** For how long a failing schedule is made smaller: what is not reached by then stays. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;

/** Runs so many random schedules; gives the story of the smallest that broke a promise, if one did. */
export async function explore({
  runs,
  seed,
  plant,
  patienceMs = PATIENCE_MS,
}: Options): Promise<string | undefined> {
  let deadline = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(schedules, async (schedule) => {
    if (performance.now() > deadline) return true;
    const { violations } = await runSchedule(schedule, plant);
    if (violations.length === 0) return true;
    deadline = Math.min(deadline, performance.now() + patienceMs);
    return false;
  });
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: false });
  if (!details.failed) return undefined;
  const [schedule] = details.counterexample as [Schedule];
  const { violations, story } = await runSchedule(schedule, plant);
  return [
    `A promise is broken (run ${details.numRuns}, made small in ${details.numShrinks} steps; --seed ${seed}):`,
    ...violations.map((violation) => `  ${violation}`),
    'This is what happened:',
    ...story.map((line, i) => `  ${String(i + 1).padStart(3)}. ${line}`),
  ].join('\n');
}
