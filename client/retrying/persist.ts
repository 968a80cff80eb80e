import { mayPass } from '../errors.ts';
import { type Pauses, pauseAfter } from './pauses.ts';

interface Options {
  readonly isWanted: () => boolean;
  readonly random: () => number;
  readonly pauses: Pauses;
}

/** Tries until it is done, it is refused for good, or nobody waits for it any more. */
export async function persist(
  work: () => Promise<unknown>,
  { isWanted, random, pauses }: Options,
): Promise<void> {
  for (let failures = 1; isWanted(); failures += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!mayPass(error) || !isWanted()) return;
      await pauseAfter(error, failures, { random, pauses });
    }
  }
}
