import { RateLimited } from '../errors.ts';
import type { ByMember } from './message.ts';

/** How many messages a member has sent since a time: a fixed window. */
export interface SendRate {
  /** Seconds since 1970. */
  readonly since: number;
  readonly count: number;
}

/** At most `messages` of one sender in one conversation within `seconds` from the first of them. */
export interface SendLimit {
  readonly messages: number;
  readonly seconds: number;
}

/**
 * The send rates after one more message. Members who have sent nothing within the window are left out.
 * @throws RateLimited if the sender has reached the limit
 */
export function nextRates(
  rates: ByMember<SendRate>,
  sender: number,
  now: Date,
  limit: SendLimit,
): ByMember<SendRate> {
  const seconds = Math.floor(now.getTime() / 1000);
  const live: ByMember<SendRate> = Object.fromEntries(
    Object.entries(rates).filter(([, { since }]) => seconds < since + limit.seconds),
  );
  const { since, count } = live[sender] ?? { since: seconds, count: 0 };
  if (count >= limit.messages) throw new RateLimited(Math.max(1, since + limit.seconds - seconds));
  return { ...live, [sender]: { since, count: count + 1 } };
}
