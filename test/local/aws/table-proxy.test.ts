import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessControl } from '../../../local/aws/access-control.ts';
import { type TableProxy, type TableRequest, tableProxy } from '../../../local/aws/table-proxy.ts';
import { clientOf, engineWithTable, serve, tableSpec } from './engine.ts';

const TableName = tableSpec.name;
const item = (sk: string, text = '') => ({ pk: { S: 'A' }, sk: { S: sk }, text: { S: text } });

describe('the DynamoDB endpoint of functions', () => {
  const table = engineWithTable();
  let requests: TableRequest[] = [];
  let writes = 0;
  let proxy: TableProxy | undefined;
  const endpoint = serve((request, response) => {
    proxy ??= tableProxy({
      endpoint: table().engine.endpoint,
      partitionKey: tableSpec.partitionKey,
      sortKey: tableSpec.sortKey,
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

  it('counts the consumed capacity of each operation and its caller', async () => {
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

  it('returns the consumed capacity only if the caller asked for it', async () => {
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

  it('returns errors unchanged, and counts a failed condition as DynamoDB charges it', async () => {
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

  describe('a write whose condition fails', () => {
    const failing = { ConditionExpression: 'attribute_exists(nothing)' };
    const stored = fc.oneof(fc.constant(undefined), fc.nat(5_000));
    const key = (sk: string) => ({ pk: { S: 'B' }, sk: { S: sk } });
    const values = (bytes: number): Record<string, AttributeValue> => ({
      text: { S: 'é'.repeat(bytes / 2) },
      more: { M: { list: { L: [{ N: '-12.50' }, { BOOL: true }, { SS: ['a', 'b'] }] } } },
    });
    const refused = (sent: Promise<unknown>) => expect(sent).rejects.toThrow();
    const wru = () => requests.map((one) => one.wru);
    const withItems = async (sizes: readonly (number | undefined)[]) => {
      for (const [index, size] of sizes.entries()) {
        const Key = key(String(index));
        await table().call('DeleteItem', { TableName, Key });
        if (size !== undefined)
          await table().call('PutItem', { TableName, Item: { ...Key, ...values(size) } });
      }
      requests = [];
    };

    it('costs the same as a successful put: the larger of both items', async () => {
      await fc.assert(
        fc.asyncProperty(stored, fc.nat(5_000), async (before, after) => {
          await withItems([before]);
          const put = { TableName, Item: { ...key('0'), ...values(after) } };
          await refused(client().send(new PutItemCommand({ ...put, ...failing })));
          await client().send(new PutItemCommand(put));
          const [refusal, success] = wru();
          expect(refusal).toBe(success);
        }),
        { numRuns: 25 },
      );
    });

    it('costs the same as a successful update', async () => {
      // The sizes are not close to a multiple of 1 KB, because the estimate of an update is not exact to the byte.
      const bytes = fc.nat(6).map((halves) => halves * 512 + 100);
      await fc.assert(
        fc.asyncProperty(fc.option(bytes, { nil: undefined }), bytes, bytes, async (before, text, added) => {
          await withItems([before]);
          const update = {
            TableName,
            Key: key('0'),
            UpdateExpression:
              'SET #text = :text, more = :more, marks = list_append(if_not_exists(marks, :none), :marks)',
            ExpressionAttributeNames: { '#text': 'text' },
            ExpressionAttributeValues: {
              ...{ ':text': { S: 'x'.repeat(text) }, ':more': { BOOL: true }, ':none': { L: [] } },
              ':marks': { L: [{ S: 'y'.repeat(added) }] },
            },
          };
          await refused(client().send(new UpdateItemCommand({ ...update, ...failing })));
          await client().send(new UpdateItemCommand(update));
          const [refusal, success] = wru();
          expect(refusal).toBe(success);
        }),
        { numRuns: 25 },
      );
    });

    it('costs the stored item for a deletion', async () => {
      await withItems([3_000]);
      await refused(client().send(new DeleteItemCommand({ TableName, Key: key('0'), ...failing })));
      expect(wru()).toEqual([3]);
    });

    it('costs the same as a successful transaction', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(stored, { minLength: 2, maxLength: 5 }),
          fc.nat(3_000),
          async (sizes, after) => {
            await withItems(sizes);
            const [first, ...others] = sizes.map((_, index) => ({
              Put: { TableName, Item: { ...key(String(index)), ...values(after) } },
            }));
            const transaction = (condition: object) =>
              new TransactWriteItemsCommand({
                TransactItems: [{ Put: { ...first?.Put, ...condition } as never }, ...others],
              });
            await refused(client().send(transaction(failing)));
            await client().send(transaction({}));
            const [refusal, success] = wru();
            expect(refusal).toBe(success);
          },
        ),
        { numRuns: 15 },
      );
    });
  });

  it('counts a Scan', async () => {
    await client().send(new ScanCommand({ TableName }));
    expect(requests).toMatchObject([{ operation: 'Scan' }]);
  });

  it('lets the engine refuse an invalid request', async () => {
    const response = await fetch(endpoint(), {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem', 'content-type': 'application/x-amz-json-1.0' },
      body: 'no JSON',
    });
    expect(response.status).toBe(400);
  });
});
