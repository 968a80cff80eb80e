import { mayPass, ParleyError } from './errors.ts';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** Timers take at most 24 days. After an hour it is cheaper to ask the server again than to wait longer. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

export type Retry = ReturnType<typeof createRetry>;

/** The time that the server asked to wait, in ms; undefined if it did not ask. */
export function retryAfterMs(error: unknown): number | undefined {
  const seconds = error instanceof ParleyError ? error.retryAfter : undefined;
  return seconds === undefined ? undefined : Math.min(seconds * 1_000, LONGEST_RETRY_AFTER_MS);
}

/** When to try again. After each pause, callers must check whether they still need what they were waiting for. */
export function createRetry(random: () => number, isOnline: () => boolean) {
  /** The functions that end the pauses, each with whether it may be called early. */
  const pauses = new Map<() => void, boolean>();

  const sleep = (ms: number, canEndEarly: boolean) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      pauses.set(end, canEndEarly);
    });

  /** In ms. Full jitter: when a server comes back, its clients do not all arrive at once. */
  const backoff = (attempt: number) => random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));

  /** Until the next attempt, in ms. */
  const delay = (error: unknown, attempt: number) => Math.max(backoff(attempt), retryAfterMs(error) ?? 0);

  /** Pauses before the next attempt. Only a pause that the server did not ask for may end early. */
  const pause = (error: unknown, attempt: number) =>
    sleep(delay(error, attempt), retryAfterMs(error) === undefined);

  return {
    delay,
    pause,
    /** Always waits the whole time: the server needs it. */
    wait: (ms: number) => sleep(ms, false),
    /** Tries until the work succeeds, fails for good, or is no longer wanted, and while there is a connection. */
    async persist(work: () => Promise<unknown>, isWanted: () => boolean): Promise<void> {
      const goesOn = () => isOnline() && isWanted();
      for (let failures = 1; goesOn(); failures += 1) {
        try {
          await work();
          return;
        } catch (error) {
          if (!mayPass(error) || !goesOn()) return;
          await pause(error, failures);
        }
      }
    },
    /** The connection works again, so what failed before may succeed now. */
    hurry(): void {
      for (const [end, canEndEarly] of pauses) if (canEndEarly) end();
    },
    /** Leaves no timer behind. */
    end(): void {
      for (const end of pauses.keys()) end();
    },
  };
}
