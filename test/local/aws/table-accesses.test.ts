import { describe, expect, it } from 'vitest';
import { tableAccesses } from '../../../local/aws/table-accesses.ts';

const TableName = 'chat';
const resource = 'arn:aws:dynamodb:us-east-1:000000000000:table/chat';
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const accesses = (operation: string, input: object) => tableAccesses(operation, input, 'pk');
const one = (name: string, ...leadingKeys: string[]) => ({
  action: `dynamodb:${name}`,
  resource,
  leadingKeys,
});

describe('the permissions that a request needs', () => {
  it.each(['GetItem', 'UpdateItem', 'DeleteItem'])('are the action of %s on its key', (operation) => {
    expect(accesses(operation, { TableName, Key: key('A') })).toEqual([one(operation, 'A')]);
  });

  it('are the action of PutItem on the key of its item', () => {
    expect(accesses('PutItem', { TableName, Item: key('A') })).toEqual([one('PutItem', 'A')]);
  });

  it('are one action for each item of a transaction', () => {
    const TransactItems = [
      { Put: { TableName, Item: key('A') } },
      { Update: { TableName, Key: key('B') } },
      { Delete: { TableName, Key: key('C') } },
      { ConditionCheck: { TableName, Key: key('D') } },
    ];
    expect(accesses('TransactWriteItems', { TransactItems })).toEqual([
      one('PutItem', 'A'),
      one('UpdateItem', 'B'),
      one('DeleteItem', 'C'),
      one('ConditionCheckItem', 'D'),
    ]);
    expect(accesses('TransactGetItems', { TransactItems: [{ Get: { TableName, Key: key('A') } }] })).toEqual([
      one('GetItem', 'A'),
    ]);
  });

  it('are the action of the batch on all its keys', () => {
    expect(accesses('BatchGetItem', { RequestItems: { chat: { Keys: [key('A'), key('B')] } } })).toEqual([
      one('BatchGetItem', 'A', 'B'),
    ]);
    const chat = [{ PutRequest: { Item: key('A') } }, { DeleteRequest: { Key: key('B') } }];
    expect(accesses('BatchWriteItem', { RequestItems: { chat } })).toEqual([one('BatchWriteItem', 'A', 'B')]);
  });

  it('are the action of Scan without a key', () => {
    expect(accesses('Scan', { TableName })).toEqual([one('Scan')]);
  });

  it.each([
    ['plainly', 'pk = :a', {}],
    ['by a name', '#p = :a AND begins_with(#s, :b)', { '#p': 'pk', '#s': 'sk' }],
    ['after the sort key', '#s=:b and #p=:a', { '#p': 'pk', '#s': 'sk' }],
    ['in parentheses', '(sk >= :b) AND (pk = :a)', {}],
    ['beside a range', 'sk BETWEEN :b AND :c AND pk = :a', {}],
  ])('are the action of Query on the key in its condition %s', (_how, KeyConditionExpression, names) => {
    const ExpressionAttributeValues = { ':a': { S: 'A' }, ':b': { S: 'B' }, ':c': { S: 'C' } };
    const input = { KeyConditionExpression, ExpressionAttributeNames: names, ExpressionAttributeValues };
    expect(accesses('Query', { TableName, ...input })).toEqual([one('Query', 'A')]);
  });

  it('name a table by its ARN', () => {
    expect(accesses('GetItem', { TableName: resource, Key: key('A') })).toEqual([one('GetItem', 'A')]);
  });

  it.each([
    ['Query', { TableName, KeyConditions: {} }],
    ['GetItem', { TableName, Key: { sk: { S: 'x' } } }],
    ['UpdateTable', { TableName }],
  ])('of %s with an unknown key are covered by no condition on keys', (operation, input) => {
    expect(accesses(operation, input)).toEqual([{ ...one(operation), leadingKeys: undefined }]);
  });
});
