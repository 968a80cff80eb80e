import fc from 'fast-check';
import type { Plant } from './capabilities.ts';
import { runSchedule } from './run-schedule.ts';
import { type Schedule, schedules } from './steps.ts';

interface Options {
  readonly of?: fc.Arbitrary<Schedule>;
  readonly runs: number;
  readonly seed: number;
  readonly plant?: Plant | undefined;
  /** How long a failing schedule is made smaller. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;

/** Runs this many random schedules. If one breaks a promise, returns the story of the smallest failing one. */
export async function explore({
  of = schedules,
  runs,
  seed,
  plant,
  patienceMs = PATIENCE_MS,
}: Options): Promise<string | undefined> {
  let deadline = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(of, async (schedule) => {
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
