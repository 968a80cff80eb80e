import { backoff } from './backoff.ts';
import { mayPass } from './errors.ts';

/** Tries until it is done, it is refused for good, or nobody waits for it any more. */
export async function persist(
  work: () => Promise<unknown>,
  { isWanted, random }: { readonly isWanted: () => boolean; readonly random: () => number },
): Promise<void> {
  for (let failures = 1; isWanted(); failures += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!mayPass(error)) return;
      await new Promise((resolve) => setTimeout(resolve, backoff(failures, random)));
    }
  }
}
