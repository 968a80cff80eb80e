/**
 * The floor of every message that is stored: puts an item through the SDK, one after the other, into the engine of
 * `npm start`, with its data in a folder on disk. A process of its own. Its parent sends how many, and gets the time of each.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { pairWith } from '../../../../functions/core/conversations/conversation.ts';
import { fromLogEntry } from '../../../../functions/storage/log-entry.ts';
import { createTable } from '../../../../local/aws/create-table.ts';
import { startDynoxide } from '../../../../local/aws/dynoxide.ts';
import { engineCall } from '../../../../local/aws/engine-call.ts';
import { messagesOf } from '../seed/log.ts';

const [folder] = process.argv.slice(2);
const engine = await startDynoxide(folder);
const table = {
  name: 'floor',
  partitionKey: 'pk',
  sortKey: 'sk',
  streamView: 'NEW_AND_OLD_IMAGES',
  ttlAttribute: undefined,
} as const;
await createTable(engineCall(engine.endpoint), table);
const client = DynamoDBDocumentClient.from(
  new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'floor', secretAccessKey: 'floor' },
  }),
);
const conversation = pairWith(randomUUID(), randomUUID());
const messages = messagesOf(conversation);

process.on('message', async (count: number) => {
  const times: number[] = [];
  for (let put = 0; put < count; put += 1) {
    const { value } = await messages.next();
    const Item = fromLogEntry(conversation, value);
    const start = performance.now();
    await client.send(
      new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    times.push(performance.now() - start);
  }
  process.send?.(times);
});
process.on('disconnect', async () => {
  await engine.stop();
  process.exit();
});
process.send?.('ready');
