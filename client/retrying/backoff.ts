import { ParleyError } from '../errors.ts';

const FIRST_MS = 500;
const MOST_MS = 30_000;
/** Timers take no more than 24 days, and whoever is told to wait that long may as well ask before. */
const MOST_TOLD_MS = 60 * 60_000;

/** Full jitter: a server that comes back is not met by all its clients at once. */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
}

/** How long the server has asked to wait, in ms; undefined where it has not. */
export function toldToWait(error: unknown): number | undefined {
  const seconds = error instanceof ParleyError ? error.retryAfter : undefined;
  return seconds === undefined ? undefined : Math.min(seconds * 1_000, MOST_TOLD_MS);
}

/** Until the next try, in ms. */
export function delayAfter(error: unknown, attempt: number, random: () => number): number {
  return Math.max(backoff(attempt, random), toldToWait(error) ?? 0);
}
