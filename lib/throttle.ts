import type { Settings } from './settings.ts';

export interface Throttle {
  /** Requests a second. */
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/**
 * The limit of an API's stage: a share of the requests that Parley may use. API Gateway's own burst is half of the
 * account's rate in every region, so the stage keeps that proportion.
 */
export function throttle({ requestsPerSecond }: Settings, share: number): Throttle {
  const rateLimit = Math.ceil(requestsPerSecond * share);
  return { rateLimit, burstLimit: Math.ceil(rateLimit / 2) };
}
