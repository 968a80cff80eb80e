import { RateLimited } from '../errors.ts';
import { tokenBuckets } from './token-buckets.ts';
import { inMessages, NO_WORK, sum, type Work } from './work.ts';

/** Who causes the work of an event. */
export interface Cause {
  readonly userId: string;
  /** Absent for HTTP. */
  readonly connectionId?: string;
}

/** Is told of the work that an adapter caused. */
export type CountWork = (work: Partial<Work>) => void;

/**
 * Bounds the work that an account, and each of its sockets, can cause in a minute. It is held in the memory of one process, which
 * works on one event at a time: a client whose events are spread over n processes may spend n times as much.
 */
export interface RateLimit {
  /**
   * Before an event.
   * @throws RateLimited if the account or the socket has spent its minute's work
   */
  enter(cause: Cause): void;
  readonly count: CountWork;
  /** After an event: everything that was counted since `enter` is taken from the buckets. */
  leave(cause: Cause): void;
}

/** So one device that runs wild leaves something to the others of its account. */
const SOCKETS_SHARE = 0.5;

/** @param perMinute what an account may spend, as a number of messages */
export function rateLimit(perMinute: number, now: () => Date): RateLimit {
  const accounts = tokenBuckets(perMinute, now);
  const sockets = tokenBuckets(perMinute * SOCKETS_SHARE, now);
  let work = NO_WORK;

  return {
    enter({ userId, connectionId }) {
      work = NO_WORK;
      const ofSocket = connectionId === undefined ? 0 : sockets.secondsUntilFree(connectionId);
      const seconds = Math.max(accounts.secondsUntilFree(userId), ofSocket);
      if (seconds > 0) throw new RateLimited(seconds, 'requests');
    },

    count(more) {
      work = sum(work, more);
    },

    leave({ userId, connectionId }) {
      const spent = inMessages(work);
      accounts.take(userId, spent);
      if (connectionId !== undefined) sockets.take(connectionId, spent);
    },
  };
}
