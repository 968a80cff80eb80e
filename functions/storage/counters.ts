import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { Attempt, LoginAttempts } from '../core/accounts/attempts.ts';
import { Unavailable } from '../core/errors.ts';
import type { MailCounter } from '../core/mail/mail.ts';
import type { RetryCounter } from '../core/messages/message.ts';
import { attemptsKey, type Key, mailsKey, retriesKey } from './keys.ts';
import { fromEpochSeconds, type Item, type Table, TTL, toEpochSeconds, updateIf } from './table.ts';

/**
 * Two counters for each subject: `attempts` with a wrong password or one that is being verified, and `failures`, those known
 * to be wrong.
 */
export function loginAttempts(table: Table): LoginAttempts {
  /** An attempt counts only in its own window. */
  async function change({ subject, windowEnds }: Attempt, UpdateExpression: string, by: number) {
    await updateIf(table, attemptsKey(subject), {
      UpdateExpression,
      ConditionExpression: '#ends = :end',
      ExpressionAttributeNames: ENDS,
      ExpressionAttributeValues: { ':end': toEpochSeconds(windowEnds), ':by': by },
    });
  }

  return {
    async begin(subject, { failures, seconds, longest }, now) {
      const window = { counter: 'attempts', cleared: ['failures'], limit: failures, seconds };
      const growth = { longest, isPressed: (former: Item) => Number(former.failures ?? 0) * 2 >= failures };
      const counted = await countInWindow(table, attemptsKey(subject), { ...window, growth }, now);
      const { isCounted, windowEnds, stored } = counted;
      if (isCounted) return { subject, windowEnds };
      return { windowEnds, isUndecided: Number(stored.failures ?? 0) < Number(stored.attempts) };
    },
    fail: (attempt) => change(attempt, 'ADD failures :by', 1),
    giveBack: (attempt) => change(attempt, 'ADD attempts :by', -1),
    async clear(subject) {
      const { client, name } = table;
      await client.send(new DeleteCommand({ TableName: name, Key: { ...attemptsKey(subject) } }));
    },
  };
}

/** Counts a member's retries of stored messages, per conversation. */
export function retryCounter(table: Table): RetryCounter {
  return {
    async count(senderId, conversation, retries, { messages, seconds }, now) {
      const window = { counter: 'retries', more: retries, limit: messages, seconds };
      return refusedUntil(await countInWindow(table, retriesKey(senderId, conversation), window, now));
    },
  };
}

/** Counts the mails to an address. */
export function mailCounter(table: Table): MailCounter {
  return {
    async count(email, { mails, seconds }, now) {
      const window = { counter: 'mails', limit: mails, seconds };
      return refusedUntil(await countInWindow(table, mailsKey(email), window, now));
    },
  };
}

/** When the window ends, in seconds since 1970. */
const ENDS = { '#ends': 'ends' };

const NAMES = { ...ENDS, ...TTL };

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
  /** Windows of another length, if the former one was under pressure. */
  readonly growth?: Growth;
}

interface Growth {
  /** No window is longer. The item is kept so long after its window, to be remembered. */
  readonly longest: number;
  /** Whether the next window must be longer. Otherwise it is shorter again. */
  readonly isPressed: (former: Item) => boolean;
}

interface Counted {
  /** False if the limit is reached: nothing was counted. */
  readonly isCounted: boolean;
  readonly windowEnds: Date;
  /** The item as it is now. */
  readonly stored: Item;
}

/** When a caller may try again; undefined if this try was counted. */
export const refusedUntil = ({ isCounted, windowEnds }: Counted): Date | undefined =>
  isCounted ? undefined : windowEnds;

/**
 * Counts some more within a window, in an item that expires with it. The first count begins the window. One
 * conditional write counts or refuses, so no more than the limit get through at once.
 */
export async function countInWindow(
  table: Table,
  key: Key,
  { counter, cleared = [], more = 1, limit, seconds, growth }: Window,
  now: Date,
): Promise<Counted> {
  const at = toEpochSeconds(now);
  const kept = growth?.longest ?? 0;
  const until = (end: number) => ({ ':end': end, ':ttl': end + kept, ':more': more });
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { isDone, stored } = await updateIf(table, key, {
      ReturnValues: 'ALL_NEW',
      UpdateExpression: `SET #ends = if_not_exists(#ends, :end), #ttl = if_not_exists(#ttl, :ttl) ADD ${counter} :more`,
      ConditionExpression: `attribute_not_exists(#ends) OR #ends > :now AND ${counter} <= :most`,
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ...until(at + seconds), ':now': at, ':most': limit - more },
    });
    const ends = Number(stored.ends ?? 0);
    // TTL deletes up to days late, so the item may be of a former window.
    if (isDone || ends > at) return { isCounted: isDone, windowEnds: fromEpochSeconds(ends), stored };
    const doublings = growth && ends > at - growth.longest ? doublingsAfter(stored, growth) : 0;
    const end = at + (growth ? Math.min(seconds * 2 ** doublings, growth.longest) : seconds);
    const begun = await updateIf(table, key, {
      ReturnValues: 'ALL_NEW',
      UpdateExpression: `SET #ends = :end, #ttl = :ttl, ${counter} = :more${growth ? ', doublings = :doublings' : ''}${cleared.map((name) => ` REMOVE ${name}`).join()}`,
      ConditionExpression: '#ends = :former',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: {
        ...until(end),
        ':former': ends,
        ...(growth && { ':doublings': doublings }),
      },
    });
    if (begun.isDone) return { isCounted: true, windowEnds: fromEpochSeconds(end), stored: begun.stored };
  }
  throw new Unavailable();
}

/** More than these would make no window longer. */
const MAX_DOUBLINGS = 16;

function doublingsAfter(former: Item, { isPressed }: Growth): number {
  const doublings = Number(former.doublings ?? 0) + (isPressed(former) ? 1 : -1);
  return Math.min(Math.max(doublings, 0), MAX_DOUBLINGS);
}
