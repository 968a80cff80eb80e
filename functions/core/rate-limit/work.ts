/** What one event makes AWS do, as AWS bills it. */
export interface Work {
  readonly invocations: number;
  /** With the request to CloudFront. */
  readonly httpRequests: number;
  /** Frames either way, in units of 32 KB. */
  readonly frames: number;
  readonly bytesSent: number;
  readonly wru: number;
  readonly rru: number;
}

export const NO_WORK: Work = { invocations: 0, httpRequests: 0, frames: 0, bytesSent: 0, wru: 0, rru: 0 };

export function sum(one: Work, more: Partial<Work>): Work {
  const add = (part: keyof Work) => one[part] + (more[part] ?? 0);
  return {
    invocations: add('invocations'),
    httpRequests: add('httpRequests'),
    frames: add('frames'),
    bytesSent: add('bytesSent'),
    wru: add('wru'),
    rru: add('rru'),
  };
}

/** API Gateway bills frames in units of this size. */
const FRAME_UNIT_BYTES = 32 * 1024;

export function frameUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / FRAME_UNIT_BYTES));
}

/** A frame that is sent. */
export function frameOf(bytes: number): Partial<Work> {
  return { frames: frameUnits(bytes), bytesSent: bytes };
}

/** USD a million, in us-east-1. test/bench/prices.ts has where they come from, and a test compares the two. */
const PRICES: Work = {
  /** With 20 ms of a function with 1 GB. */
  invocations: 0.2 + 0.27,
  httpRequests: 1 + 1.1,
  frames: 1,
  bytesSent: 0.085 / 1000,
  wru: 0.625,
  rru: 0.125,
};

/** A message that is stored and delivered to one device, all in. */
const MESSAGE = 4.44;

/** The price of work, as a multiple of a message's. */
export function inMessages(work: Work): number {
  const parts = Object.keys(PRICES) as (keyof Work)[];
  const usd = parts.reduce((total, part) => total + work[part] * PRICES[part], 0);
  return usd / MESSAGE;
}
