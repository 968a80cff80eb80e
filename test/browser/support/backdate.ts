import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** The access of tests to the table of a running system. */
export interface AppTable {
  readonly endpoint: string;
  readonly name: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Changes the times of messages, because the server's clock cannot be set and history is older than a test. */
export async function backdate(
  table: AppTable,
  conversation: string,
  times: ReadonlyMap<number, Date>,
): Promise<void> {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: table.endpoint,
      region: 'local',
      credentials: table.credentials,
    }),
  );
  const set = (sk: string, createdAt: Date, seq?: number) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `CONV#${conversation}`, sk },
        UpdateExpression: 'SET createdAt = :createdAt',
        ConditionExpression: seq === undefined ? 'attribute_exists(pk)' : 'seq = :seq',
        ExpressionAttributeValues: {
          ':createdAt': createdAt.toISOString(),
          ...(seq !== undefined && { ':seq': seq }),
        },
      }),
    );
  for (const [seq, at] of times) await set(`MSG#${String(seq).padStart(16, '0')}`, at);
  // The inbox's copy of the last message follows the log by about a second.
  const [last, at] = [...times].at(-1) ?? [];
  if (last === undefined || at === undefined) return;
  for (const deadline = Date.now() + 15_000; ; ) {
    try {
      await set('META', at, last);
      return;
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException' || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
