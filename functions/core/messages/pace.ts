import { RateLimited } from '../errors.ts';

/** How much one member said since when: a fixed window. */
export interface Pace {
  /** Seconds since 1970. */
  readonly since: number;
  readonly count: number;
}

/** Per member's user id; who has not spoken within the window is left out. */
export type Paces = Readonly<Record<string, Pace>>;

/** At most `messages` of one sender in one conversation within `seconds` from the first of them. */
export interface PaceLimit {
  readonly messages: number;
  readonly seconds: number;
}

/**
 * The paces after one more message, from those that the last message carries.
 * @throws RateLimited when it would be one too many
 */
export function nextPaces(paces: Paces, senderId: string, now: Date, limit: PaceLimit): Paces {
  const seconds = Math.floor(now.getTime() / 1000);
  const live = Object.entries(paces).filter(([, { since }]) => seconds < since + limit.seconds);
  const { since, count } = Object.fromEntries(live)[senderId] ?? { since: seconds, count: 0 };
  if (count >= limit.messages) throw new RateLimited(Math.max(1, since + limit.seconds - seconds));
  return { ...Object.fromEntries(live), [senderId]: { since, count: count + 1 } };
}
