import { delayAfter, toldToWait } from './backoff.ts';

export interface Pauses {
  /** Between tries: over early when there is reason to hope. */
  readonly pause: (ms: number) => Promise<void>;
  /** As long as that, whatever is hoped for: the server has asked for it, or is known to need it. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Before the next try: as long as the server has asked for, else until there is reason to hope. */
export async function pauseAfter(
  error: unknown,
  attempt: number,
  { random, pauses }: { readonly random: () => number; readonly pauses: Pauses },
): Promise<void> {
  const ms = delayAfter(error, attempt, random);
  await (toldToWait(error) === undefined ? pauses.pause(ms) : pauses.wait(ms));
}

/** Whoever pauses looks afterwards whether what they paused for is still wanted. */
export function createPauses() {
  const ends = new Set<() => void>();
  const early = new Set<() => void>();

  const last = (ms: number, isEarly: boolean) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        ends.delete(end);
        early.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      ends.add(end);
      if (isEarly) early.add(end);
    });

  return {
    pause: (ms: number) => last(ms, true),
    wait: (ms: number) => last(ms, false),
    /** The line has shown that it lives: what failed before may succeed now. */
    hurry(): void {
      for (const end of early) end();
    },
    /** Leaves no timer behind. */
    end(): void {
      for (const end of ends) end();
    },
  };
}
