import { backoff } from './backoff.ts';
import { mayPass } from './errors.ts';
import type { Pause } from './pauses.ts';

interface Options {
  readonly isWanted: () => boolean;
  readonly random: () => number;
  readonly pause: Pause;
}

/** Tries until it is done, it is refused for good, or nobody waits for it any more. */
export async function persist(
  work: () => Promise<unknown>,
  { isWanted, random, pause }: Options,
): Promise<void> {
  for (let failures = 1; isWanted(); failures += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!mayPass(error) || !isWanted()) return;
      await pause(backoff(failures, random));
    }
  }
}
