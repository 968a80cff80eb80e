import type { SuspensionStore } from '../core/accounts/suspend.ts';
import { isDeleted } from './accounts.ts';
import { profileKey } from './keys.ts';
import { type Item, type Table, updateIf } from './table.ts';

const NAMES = { '#suspended': 'suspendedAt' };
const IS_THERE = 'attribute_exists(pk) AND attribute_not_exists(deletedAt)';

const isThere = (item: Item): boolean => item.pk !== undefined && !isDeleted(item);

/** A suspension is a mark on the profile, which every log-in reads. */
export function suspensionStore(table: Table): SuspensionStore {
  return {
    async suspend(userId, at) {
      const { isDone, stored } = await updateIf(table, profileKey(userId), {
        UpdateExpression: 'SET #suspended = :at',
        ConditionExpression: `${IS_THERE} AND attribute_not_exists(#suspended) AND #staff <> :yes`,
        ExpressionAttributeNames: { ...NAMES, '#staff': 'staff' },
        ExpressionAttributeValues: { ':at': at.toISOString(), ':yes': true },
      });
      if (isDone) return 'suspended';
      if (!isThere(stored)) return 'unknown';
      // The answer to the first try may have been lost.
      if (stored.suspendedAt === at.toISOString()) return 'suspended';
      return stored.suspendedAt === undefined ? 'staff' : 'already';
    },

    async restore(userId) {
      const { isDone, stored } = await updateIf(table, profileKey(userId), {
        UpdateExpression: 'REMOVE #suspended',
        ConditionExpression: `${IS_THERE} AND attribute_exists(#suspended)`,
        ExpressionAttributeNames: NAMES,
      });
      if (isDone) return 'restored';
      return isThere(stored) ? 'already' : 'unknown';
    },
  };
}
