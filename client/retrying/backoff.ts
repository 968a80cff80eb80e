const FIRST_MS = 500;
const MOST_MS = 30_000;

/** Full jitter: a server that comes back is not met by all its clients at once. */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
}
