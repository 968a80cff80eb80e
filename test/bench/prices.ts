/** What AWS asks for, in USD: us-east-1, without free tiers. */
export const PRICES_AS_OF = 'November 2026';

/** Per million of each. The table's stream costs nothing where Lambda reads it. */
export const PRICES = {
  /** Either way, in units of 32 KB. */
  socketMessages: 1,
  connectionMinutes: 0.25,
  httpRequests: 1,
  invocations: 0.2,
  /** On arm64. */
  gigabyteSeconds: 13.3334,
  wru: 0.625,
  rru: 0.125,
} as const;

/**
 * How long a warm function works on one event, on AWS: two rounds of requests to DynamoDB and a post, of some 5 ms each,
 * and a little. An assumption: the local table answers faster, a local processor is not Lambda's.
 */
export const ASSUMED_MS = 20;
