import type { Attempt, LoginAttempts } from '../core/accounts/ports.ts';
import { toEpochSeconds } from './epoch.ts';
import { attemptsKey } from './keys.ts';
import type { Table } from './table.ts';
import { countInWindow, updateIf } from './window-counter.ts';

/** Two counters per email: `attempts` whose password was not right, or is being checked; of these `failures` known to be wrong. */
export function loginAttempts(table: Table): LoginAttempts {
  /** In another window than its own an attempt counts no more. */
  async function change({ email, windowEnds }: Attempt, UpdateExpression: string, by: number) {
    await updateIf(table, attemptsKey(email), {
      UpdateExpression,
      ConditionExpression: '#ttl = :end',
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
