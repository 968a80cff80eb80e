import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type Item, type Table, toEpochSeconds } from './table.ts';

interface Place {
  readonly pk: string;
  /** Of the sort key; without it, the whole partition. */
  readonly prefix?: string;
  /** Strongly consistent; costs twice as much. */
  readonly consistent?: boolean;
}

/** All items of a place, however many pages they are. DynamoDB deletes expired items late: they are left out. */
export async function liveItems(
  { client, name }: Table,
  { pk, prefix, consistent = false }: Place,
  now: Date,
): Promise<readonly Item[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: name,
      KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ...(prefix !== undefined && { ':prefix': prefix }) },
      ...(consistent && { ConsistentRead: true }),
    },
  );
  const items = (await Array.fromAsync(pages)).flatMap((page) => page.Items ?? []);
  return items.filter(({ ttl }) => ttl > toEpochSeconds(now));
}
