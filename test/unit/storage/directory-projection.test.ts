import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { directoryProjection } from '../../../functions/storage/directory.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice } from '../support/people.ts';
import { rejection } from '../support/rejection.ts';
import { sent, table, waits } from '../support/table.ts';

const upkeep = directoryProjection(table);
const TableName = 'parley-test';
const Key = { pk: 'DIRECTORY#USERS', sk: 'NAME#alice' };
const entry = { id: alice.id, username: 'Alice' };

const changes = {
  countIn: () => upkeep.countIn('users', 'Alice'),
  enter: () => upkeep.enter('users', entry),
  leave: () => upkeep.leave('users', 'Alice'),
};

describe('an entry and the count of its list change in one transaction', () => {
  it.each([
    [
      'countIn',
      1,
      {
        Update: {
          TableName,
          Key,
          UpdateExpression: 'SET counted = :yes',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(counted)',
          ExpressionAttributeValues: { ':yes': true },
        },
      },
    ],
    [
      'enter',
      1,
      {
        Put: {
          TableName,
          Item: { ...Key, ...entry, counted: true },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ],
    ['leave', -1, { Delete: { TableName, Key, ConditionExpression: 'attribute_exists(counted)' } }],
  ] as const)('%s: by %d', async (name, by, change) => {
    await changes[name]();
    const count = {
      Update: {
        TableName,
        Key: { pk: 'DIRECTORY#USERS', sk: 'COUNT' },
        UpdateExpression: 'ADD entries :by',
        ExpressionAttributeValues: { ':by': by },
      },
    };
    expect(sent()).toEqual([['TransactWriteCommand', { TransactItems: [change, count] }]]);
  });
});

describe.each(['countIn', 'enter', 'leave'] as const)('%s', (name) => {
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: 'Transaction cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });

  it('changes nothing the second time, so that a repeated record counts once', async () => {
    documents.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'None'));
    await expect(changes[name]()).resolves.toBeUndefined();
  });

  it('is retried with backoff while the counter is contended', async () => {
    documents
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled('None', 'TransactionConflict'))
      .rejectsOnce(cancelled('None', 'ThrottlingError'))
      .resolves({});
    await expect(changes[name]()).resolves.toBeUndefined();
    expect(sent()).toHaveLength(3);
    expect(waits).toEqual([10, 20]);
  });

  it('fails when the counter stays contended, so that the stream repeats the record', async () => {
    documents.on(TransactWriteCommand).rejects(cancelled('None', 'TransactionConflict'));
    expect(await rejection(changes[name]())).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(sent()).toHaveLength(8);
  });

  it('throws a validation error without a retry', async () => {
    const mistake = cancelled('ValidationError', 'None');
    documents.on(TransactWriteCommand).rejects(mistake);
    await expect(changes[name]()).rejects.toBe(mistake);
    expect(sent()).toHaveLength(1);
  });

  it('passes every other fault on', async () => {
    const fault = new Error('down');
    documents.on(TransactWriteCommand).rejects(fault);
    await expect(changes[name]()).rejects.toBe(fault);
  });
});
