import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { loginAttempts } from '../../../functions/storage/login-attempts.ts';
import { NOON } from '../support/clock.ts';
import { conditionFailed, documents, sent, table } from '../support/table.ts';

const attempts = loginAttempts(table);
const now = new Date(NOON);
const NOON_S = now.getTime() / 1000;
const windowEnds = new Date('2026-11-23T12:01:00.000Z');
const Key = { pk: 'ATTEMPTS#alice@example.org', sk: 'LOGIN' };

describe('the failures of an email', () => {
  it('are read strongly consistent, whatever its letter case', async () => {
    documents.on(GetCommand).resolves({ Item: { ...Key, failures: 3, ttl: NOON_S + 60 } });
    expect(await attempts.of('Alice@Example.org', now)).toEqual({ failures: 3, windowEnds });
    expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key, ConsistentRead: true }]]);
  });

  it.each([
    ['never were any', {}],
    ['lie in a window that is over, though TTL has yet to delete it', { Item: { failures: 9, ttl: NOON_S } }],
  ])('are none when they %s', async (_, answer) => {
    documents.on(GetCommand).resolves(answer);
    expect(await attempts.of('alice@example.org', now)).toBeUndefined();
  });

  it('are cleared', async () => {
    await attempts.clear('Alice@example.org');
    expect(sent()).toEqual([['DeleteCommand', { TableName: 'parley-test', Key }]]);
  });
});

describe('one more failure', () => {
  const counting = {
    TableName: 'parley-test',
    Key,
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    UpdateExpression: 'SET #ttl = if_not_exists(#ttl, :end) ADD failures :one',
    ConditionExpression: 'attribute_not_exists(#ttl) OR #ttl > :now',
    ExpressionAttributeValues: { ':end': NOON_S + 60, ':one': 1, ':now': NOON_S },
  };

  it('is counted in the window that is open, or opens one', async () => {
    await attempts.add('alice@example.org', now, windowEnds);
    expect(sent()).toEqual([['UpdateCommand', counting]]);
  });

  it('begins a new window when the former is over', async () => {
    documents.on(UpdateCommand).rejectsOnce(conditionFailed()).resolvesOnce({});
    await attempts.add('alice@example.org', now, windowEnds);
    expect(sent()).toEqual([
      ['UpdateCommand', counting],
      [
        'UpdateCommand',
        {
          TableName: 'parley-test',
          Key,
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          UpdateExpression: 'SET #ttl = :end, failures = :one',
          ExpressionAttributeValues: { ':end': NOON_S + 60, ':one': 1 },
        },
      ],
    ]);
  });

  it('passes a fault on', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(fault).resolves({});
    await expect(attempts.add('alice@example.org', now, windowEnds)).rejects.toBe(fault);
    expect(sent()).toHaveLength(1);
  });
});
