import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Directory, DirectoryEntry } from '../core/accounts/ports.ts';
import { directoryCountKey, directoryKey, directoryNames, directoryPartition } from './keys.ts';
import type { Table } from './table.ts';

/** The lists of people, each one partition sorted by folded username. */
export function directory({ client, name }: Table): Directory {
  return {
    async page(list, { limit, from, backwards = false, prefix = '' }) {
      const edge = from === undefined ? undefined : directoryKey(list, from).sk;
      const { first, last } = directoryNames(prefix);
      // BETWEEN includes its ends; the smallest character moves the edge past the one named.
      // A cursor may come from another search: what it names may lie before or behind all names that are wanted.
      const low = edge && !backwards && edge >= first ? `${edge}\u0000` : first;
      const high = edge && backwards && edge < last ? edge : last;
      // DynamoDB would call it an error of ours.
      if (low > high) return [];
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': directoryPartition(list), ':low': low, ':high': high },
          ScanIndexForward: !backwards,
          // Backwards the edge itself comes first and is dropped.
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
