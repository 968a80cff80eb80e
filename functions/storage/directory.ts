import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type {
  Directory,
  DirectoryEntry,
  DirectoryList,
  DirectoryProjection,
} from '../core/accounts/directory.ts';
import { directoryCountKey, directoryKey, directoryNames, directoryPartition } from './keys.ts';
import { type Table, type TransactItem, transact } from './table.ts';

/** The lists of users, each one partition sorted by folded username. */
export function directory({ client, name }: Table): Directory {
  return {
    async page(list, { limit, from, backwards = false, prefix = '' }) {
      const edge = from === undefined ? undefined : directoryKey(list, from).sk;
      const { first, last } = directoryNames(prefix);
      // BETWEEN includes its ends: the smallest character moves the edge past the named user. A cursor may come from
      // another search, so its user may be before or behind all names that match.
      const low = edge && !backwards && edge >= first ? `${edge}\u0000` : first;
      const high = edge && backwards && edge < last ? edge : last;
      // DynamoDB refuses bounds in the wrong order.
      if (low > high) return [];
      // Even with the longest names and the largest offset, a page has some 420 KB. DynamoDB ends a Query only at 1 MB, so one is
      // enough: see one-query.test.ts.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': directoryPartition(list), ':low': low, ':high': high },
          ScanIndexForward: !backwards,
          // Backwards, the edge itself comes first and is dropped.
          Limit: backwards ? limit + 1 : limit,
        }),
      );
      const entries = Items.filter((item) => !(backwards && item.sk === edge))
        .slice(0, limit)
        .map(toEntry);
      return backwards ? entries.reverse() : entries;
    },

    async count(list) {
      const { Item } = await client.send(new GetCommand({ TableName: name, Key: directoryCountKey(list) }));
      return Item?.entries ?? 0;
    },
  };
}

function toEntry(item: Record<string, unknown>): DirectoryEntry {
  const { id, username } = item as unknown as DirectoryEntry;
  return { id, username };
}

/**
 * An entry and the count of its list change in one transaction, on condition that the entry has not been changed so
 * before. So a stream record that comes twice counts once.
 */
export function directoryProjection(table: Table): DirectoryProjection {
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
    // The entry comes first. If its condition fails, the record was followed before.
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
