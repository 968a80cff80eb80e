import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { countingCapacity } from '../../../functions/aws/consumed-capacity.ts';
import type { Work } from '../../../functions/core/rate-limit/work.ts';
import { serve } from '../support/http-server.ts';
import { useRealClients } from '../support/mocked-clients.ts';

beforeEach(useRealClients);

const Key = { pk: 'A', sk: 'B' };
const table = { TableName: 'chat' };

/** A client whose server answers as given, and what it counted. */
async function clientWith(status: number, answer: object) {
  const asked: Record<string, unknown>[] = [];
  const endpoint = await serve((_, response, body) => {
    asked.push(JSON.parse(body));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  const base = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  const counted: Partial<Work>[] = [];
  const client = countingCapacity(DynamoDBDocumentClient.from(base), (work) => counted.push(work));
  return { client, counted, asked };
}

describe('the consumed capacity', () => {
  it.each([
    ['GetItem', new GetCommand({ ...table, Key }), { rru: 2.5 }],
    ['Query', new QueryCommand({ ...table, KeyConditionExpression: 'pk = :a' }), { rru: 2.5 }],
    ['PutItem', new PutCommand({ ...table, Item: Key }), { wru: 2.5 }],
    ['UpdateItem', new UpdateCommand({ ...table, Key }), { wru: 2.5 }],
  ])('of %s is asked for and counted', async (_, command, work) => {
    const { client, counted, asked } = await clientWith(200, { ConsumedCapacity: { CapacityUnits: 2.5 } });
    await client.send(command as GetCommand);
    expect(asked).toMatchObject([{ ReturnConsumedCapacity: 'TOTAL' }]);
    expect(counted).toEqual([work]);
  });

  it.each([
    ['a batch', new BatchGetCommand({ RequestItems: { chat: { Keys: [Key] } } }), { rru: 3 }],
    [
      'a transaction',
      new TransactWriteCommand({ TransactItems: [{ Put: { ...table, Item: Key } }] }),
      { wru: 3 },
    ],
  ])('of %s is that of all its tables', async (_, command, work) => {
    const { client, counted } = await clientWith(200, {
      ConsumedCapacity: [{ CapacityUnits: 1 }, { CapacityUnits: 2 }],
    });
    await client.send(command as BatchGetCommand);
    expect(counted).toEqual([work]);
  });

  it('of a write whose condition failed is that of its item, because AWS bills it', async () => {
    const { client, counted } = await clientWith(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    });
    const Item = { ...Key, text: 'x'.repeat(3_000), bytes: new Uint8Array(900) };
    const put = client.send(
      new PutCommand({ ...table, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    await expect(put).rejects.toThrow();
    expect(counted).toEqual([{ wru: 4 }]);
  });

  it('of a request that fails otherwise, or of an engine that tells none, is nothing', async () => {
    const failing = await clientWith(400, { __type: 'com.amazon.coral.service#ValidationException' });
    await expect(failing.client.send(new GetCommand({ ...table, Key }))).rejects.toThrow();
    expect(failing.counted).toEqual([]);
    const silent = await clientWith(200, {});
    await silent.client.send(new GetCommand({ ...table, Key }));
    expect(silent.counted).toEqual([{ rru: 0 }]);
  });
});
