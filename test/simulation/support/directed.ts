import type { Plant } from './capabilities.ts';
import { GOOD_FATE } from './fate.ts';
import { runSchedule } from './run-schedule.ts';
import type { Action, Schedule, Step } from './steps.ts';

/** So many turns, each of which goes to the same waiting call. */
export const times = (length: number, choice: number) => Array.from({ length }, () => choice);

/** A step that nothing disturbs. By default its calls have time to end. */
export const isDone = (action: Action, turns: readonly number[] = times(30, 0)): Step => ({
  action,
  fate: GOOD_FATE,
  turns,
});

/** The broken promises of some schedules, written down by hand. */
export async function violationsOf(
  schedules: readonly Schedule[],
  plant?: Plant,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const schedule of schedules) found.push(...(await runSchedule(schedule, plant)).violations);
  return found;
}
