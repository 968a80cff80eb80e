import type { DirectoryList, DirectoryUpkeep } from '../core/accounts/ports.ts';
import { directoryCountKey, directoryKey } from './keys.ts';
import type { Table } from './table.ts';
import { type TransactItem, transact } from './transact.ts';

/**
 * An entry and its list's count change in one transaction, on condition that the entry has not been changed so
 * before: a stream record that comes twice counts once.
 */
export function directoryUpkeep(table: Table): DirectoryUpkeep {
  const { name } = table;

  async function change(list: DirectoryList, by: 1 | -1, entry: TransactItem): Promise<void> {
    const count = {
      Update: {
        TableName: name,
        Key: directoryCountKey(list),
        UpdateExpression: 'ADD entries :by',
        ExpressionAttributeValues: { ':by': by },
      },
    };
    // The entry comes first. Where its condition does not hold, the record has been followed before.
    await transact(table, [entry, count]);
  }

  return {
    countIn: (list, username) =>
      change(list, 1, {
        Update: {
          TableName: name,
          Key: directoryKey(list, username),
          UpdateExpression: 'SET counted = :yes',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(counted)',
          ExpressionAttributeValues: { ':yes': true },
        },
      }),

    enter: (list, { id, username }) =>
      change(list, 1, {
        Put: {
          TableName: name,
          Item: { ...directoryKey(list, username), id, username, counted: true },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      }),

    leave: (list, username) =>
      change(list, -1, {
        Delete: {
          TableName: name,
          Key: directoryKey(list, username),
          ConditionExpression: 'attribute_exists(counted)',
        },
      }),
  };
}
