import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessControl } from '../../../local/aws/access-control.ts';
import { type TableProxy, type TableRequest, tableProxy } from '../../../local/aws/table-proxy.ts';
import { clientOf, engineWithTable, serve, tableSpec } from './engine.ts';

const TableName = tableSpec.name;
const item = (sk: string, text = '') => ({ pk: { S: 'A' }, sk: { S: sk }, text: { S: text } });

describe('the table as functions reach it', () => {
  const table = engineWithTable();
  let requests: TableRequest[] = [];
  let writes = 0;
  let proxy: TableProxy | undefined;
  const endpoint = serve((request, response) => {
    proxy ??= tableProxy({
      endpoint: table().engine.endpoint,
      partitionKey: tableSpec.partitionKey,
      access: accessControl([], () => {}),
      onRequest: (one) => requests.push(one),
      onWrite: () => {
        writes += 1;
      },
    });
    void proxy(request, response, 'parley-dev-message');
  });
  beforeEach(() => {
    requests = [];
    writes = 0;
  });
  const client = () => new DynamoDBClient(clientOf(endpoint()));

  it('counts what each operation consumed, and by whom', async () => {
    const dynamodb = client();
    await dynamodb.send(new PutItemCommand({ TableName, Item: item('1', 'x'.repeat(1_500)) }));
    await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: 'A' }, sk: { S: '1' } } }));
    await dynamodb.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :a',
        ExpressionAttributeValues: { ':a': { S: 'A' } },
      }),
    );
    await dynamodb.send(
      new TransactWriteItemsCommand({
        TransactItems: [{ Put: { TableName, Item: item('2') } }, { Put: { TableName, Item: item('3') } }],
      }),
    );
    await dynamodb.send(
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: ['1', '2'].map((sk) => ({ pk: { S: 'A' }, sk: { S: sk } })) } },
      }),
    );
    const caller = 'parley-dev-message';
    expect(requests).toEqual([
      { operation: 'PutItem', caller, wru: 2, rru: 0 },
      { operation: 'GetItem', caller, wru: 0, rru: 0.5 },
      { operation: 'Query', caller, wru: 0, rru: 1 },
      { operation: 'TransactWriteItems', caller, wru: 4, rru: 0 },
      { operation: 'BatchGetItem', caller, wru: 0, rru: 1 },
    ]);
    expect(writes).toBe(2);
  });

  it('gives the caller the consumed capacity only if it asked', async () => {
    const put = (ReturnConsumedCapacity?: 'TOTAL') =>
      client().send(
        new PutItemCommand({
          TableName,
          Item: item('4'),
          ...(ReturnConsumedCapacity && { ReturnConsumedCapacity }),
        }),
      );
    expect((await put()).ConsumedCapacity).toBeUndefined();
    expect((await put('TOTAL')).ConsumedCapacity).toMatchObject({ TableName, CapacityUnits: 1 });
  });

  it('hands on errors as they are, and counts a failed condition as DynamoDB charges it', async () => {
    await table().put('5');
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    await expect(
      client().send(
        new PutItemCommand({
          TableName,
          Item: item('5'),
          ...condition,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    ).rejects.toSatisfy(
      (error) => error instanceof ConditionalCheckFailedException && error.Item?.sk?.S === '5',
    );
    await expect(
      client().send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName, Item: item('6') } },
            { Put: { TableName, Item: item('5'), ...condition } },
          ],
        }),
      ),
    ).rejects.toSatisfy(
      (error) =>
        error instanceof TransactionCanceledException &&
        error.CancellationReasons?.map(({ Code }) => Code).join() === 'None,ConditionalCheckFailed',
    );
    await expect(client().send(new GetItemCommand({ TableName: 'elsewhere', Key: {} }))).rejects.toThrow();
    expect(requests.map(({ wru, rru }) => [wru, rru])).toEqual([
      [1, 0],
      [4, 0],
      [0, 0],
    ]);
    expect(writes).toBe(0);
  });

  it('sees a Scan', async () => {
    await client().send(new ScanCommand({ TableName }));
    expect(requests).toMatchObject([{ operation: 'Scan' }]);
  });

  it('lets the engine refuse what is no request', async () => {
    const response = await fetch(endpoint(), {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem', 'content-type': 'application/x-amz-json-1.0' },
      body: 'no JSON',
    });
    expect(response.status).toBe(400);
  });
});
