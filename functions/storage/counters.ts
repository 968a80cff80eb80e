import type { Attempt, LoginAttempts } from '../core/accounts/check-password.ts';
import { Unavailable } from '../core/errors.ts';
import type { MailCounter } from '../core/mail/mail.ts';
import type { RetryCounter } from '../core/messages/message.ts';
import { attemptsKey, type Key, mailsKey, retriesKey } from './keys.ts';
import { fromEpochSeconds, type Item, type Table, toEpochSeconds, updateIf } from './table.ts';

/**
 * Two counters per email: `attempts` with a wrong password or one that is being verified, and `failures`, those known
 * to be wrong.
 */
export function loginAttempts(table: Table): LoginAttempts {
  /** An attempt counts only in its own window. */
  async function change({ email, windowEnds }: Attempt, UpdateExpression: string, by: number) {
    await updateIf(table, attemptsKey(email), {
      UpdateExpression,
      ConditionExpression: '#ttl = :end',
      ExpressionAttributeNames: TTL,
      ExpressionAttributeValues: { ':end': toEpochSeconds(windowEnds), ':by': by },
    });
  }

  return {
    async begin(email, { failures, seconds }, now) {
      const window = { counter: 'attempts', cleared: ['failures'], limit: failures, seconds };
      const { isCounted, windowEnds, stored } = await countInWindow(table, attemptsKey(email), window, now);
      if (isCounted) return { email, windowEnds };
      return { windowEnds, isUndecided: Number(stored.failures ?? 0) < Number(stored.attempts) };
    },
    fail: (attempt) => change(attempt, 'ADD failures :by', 1),
    giveBack: (attempt) => change(attempt, 'ADD attempts :by', -1),
  };
}

/** Counts a member's retries of stored messages, per conversation. */
export function retryCounter(table: Table): RetryCounter {
  return {
    async count(senderId, conversation, retries, { messages, seconds }, now) {
      const window = { counter: 'retries', more: retries, limit: messages, seconds };
      const { isCounted, windowEnds } = await countInWindow(
        table,
        retriesKey(senderId, conversation),
        window,
        now,
      );
      return isCounted ? undefined : windowEnds;
    },
  };
}

/** Counts the mails to an address. */
export function mailCounter(table: Table): MailCounter {
  return {
    async count(email, { mails, seconds }, now) {
      const window = { counter: 'mails', limit: mails, seconds };
      const { isCounted, windowEnds } = await countInWindow(table, mailsKey(email), window, now);
      return isCounted ? undefined : windowEnds;
    },
  };
}

/** `ttl` is a reserved word of DynamoDB. */
const TTL = { '#ttl': 'ttl' };

/** A new window needs a second round, and another writer who was faster a third. */
const MAX_ROUNDS = 5;

interface Window {
  /** The attribute that counts. */
  readonly counter: string;
  /** Attributes that a new window removes. */
  readonly cleared?: readonly string[];
  /** How many are counted at once; one by default. */
  readonly more?: number;
  readonly limit: number;
  readonly seconds: number;
}

interface Counted {
  /** False if the limit is reached: nothing was counted. */
  readonly isCounted: boolean;
  readonly windowEnds: Date;
  /** The item as it is now. */
  readonly stored: Item;
}

/**
 * Counts some more within a fixed window, in an item that expires with it. The first count begins the window. One
 * conditional write counts or refuses, so no more than the limit get through at once.
 */
export async function countInWindow(
  table: Table,
  key: Key,
  { counter, cleared = [], more = 1, limit, seconds }: Window,
  now: Date,
): Promise<Counted> {
  const at = toEpochSeconds(now);
  const window = { ':end': at + seconds, ':more': more };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { isDone, stored } = await updateIf(table, key, {
      ReturnValues: 'ALL_NEW',
      UpdateExpression: `SET #ttl = if_not_exists(#ttl, :end) ADD ${counter} :more`,
      ConditionExpression: `attribute_not_exists(#ttl) OR #ttl > :now AND ${counter} <= :most`,
      ExpressionAttributeNames: TTL,
      ExpressionAttributeValues: { ...window, ':now': at, ':most': limit - more },
    });
    const ttl = Number(stored.ttl ?? 0);
    // TTL deletes up to days late, so the item may be of a former window.
    if (isDone || ttl > at) return { isCounted: isDone, windowEnds: fromEpochSeconds(ttl), stored };
    const begun = await updateIf(table, key, {
      ReturnValues: 'ALL_NEW',
      UpdateExpression: `SET #ttl = :end, ${counter} = :more${cleared.map((name) => ` REMOVE ${name}`).join()}`,
      ConditionExpression: '#ttl = :former',
      ExpressionAttributeNames: TTL,
      ExpressionAttributeValues: { ...window, ':former': ttl },
    });
    if (begun.isDone) {
      return { isCounted: true, windowEnds: fromEpochSeconds(at + seconds), stored: begun.stored };
    }
  }
  throw new Unavailable();
}
