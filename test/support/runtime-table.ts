import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '../../local/runtime.ts';

type OfTable = Pick<Runtime, 'tableEndpoint' | 'credentials' | 'tableName'>;

/** Uses the table of a running system for what no request does: to read a hash, to lose or to make items. */
export async function withTable<T>(
  { tableEndpoint: endpoint, credentials, tableName }: OfTable,
  use: (client: DynamoDBDocumentClient, TableName: string) => Promise<T>,
): Promise<T> {
  const base = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  try {
    return await use(DynamoDBDocumentClient.from(base), tableName);
  } finally {
    base.destroy();
  }
}

/** The limit of BatchWriteItem. */
const MAX_WRITES = 25;

/** Stores items, however many they are. */
export function storeAll(runtime: OfTable, items: readonly Record<string, unknown>[]): Promise<void> {
  return withTable(runtime, async (client, name) => {
    for (let i = 0; i < items.length; i += MAX_WRITES) {
      const writes = items.slice(i, i + MAX_WRITES).map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [name]: writes } }));
    }
  });
}
