/** A token bucket for each name: it holds the work of one minute, and is refilled steadily. */
export interface TokenBuckets {
  /** The whole seconds until the bucket is out of debt. 0 if it has no debt. */
  secondsUntilFree(name: string): number;
  /** Takes from the bucket. The price is known afterwards only, so a bucket may come to owe. */
  take(name: string, amount: number): void;
}

interface Bucket {
  readonly tokens: number;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** Some megabytes. A bucket that is left out is full again. */
const MAX_BUCKETS = 10_000;

export function tokenBuckets(perMinute: number, now: () => Date): TokenBuckets {
  const perMs = perMinute / 60_000;
  /** In the order of their last use. A full bucket is not in it. */
  const buckets = new Map<string, Bucket>();

  function tokensOf(name: string): number {
    const bucket = buckets.get(name);
    if (bucket === undefined) return perMinute;
    const refilled = Math.max(0, now().getTime() - bucket.at) * perMs;
    return Math.min(perMinute, bucket.tokens + refilled);
  }

  return {
    secondsUntilFree(name) {
      const tokens = tokensOf(name);
      return tokens > 0 ? 0 : Math.max(1, Math.ceil(-tokens / perMs / 1000));
    },

    take(name, amount) {
      const tokens = tokensOf(name) - amount;
      buckets.delete(name);
      buckets.set(name, { tokens, at: now().getTime() });
      if (buckets.size <= MAX_BUCKETS) return;
      const [oldest = ''] = buckets.keys();
      buckets.delete(oldest);
    },
  };
}
