/** The prices of AWS in USD: us-east-1, without free tiers. */
export const PRICES_AS_OF = 'November 2026';

/** Per million of each. Lambda reads the table's stream for free. */
export const PRICES = {
  /** Either way, in units of 32 KB. */
  socketMessages: 1,
  connectionMinutes: 0.25,
  httpRequests: 1,
  /** Requests and handshakes through CloudFront: 1.00 for HTTPS, and 0.10 for the viewer function. */
  viewerRequests: 1.1,
  /** That CloudFront sends to viewers: 0.085 USD a GB. What goes in costs nothing. */
  megabytes: 85,
  invocations: 0.2,
  /** On arm64. */
  gigabyteSeconds: 13.3334,
  /** By Amazon SES. */
  mails: 100,
  wru: 0.625,
  rru: 0.125,
} as const;

/**
 * The assumed duration of a warm function for one event on AWS: two rounds of requests to DynamoDB and a post, some 5 ms
 * each, and a little more. It cannot be measured here: the local table answers faster, and a local processor is not Lambda's.
 */
export const ASSUMED_MS = 20;

/** The same for a frame of 10: nine more writes, one behind the other. */
export const ASSUMED_FRAME_MS = ASSUMED_MS + 9 * 5;

/** The assumed start of a process of the function `message`, which Lambda bills as run time. */
export const ASSUMED_INIT_MS = 300;
