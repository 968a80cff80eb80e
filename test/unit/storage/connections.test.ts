import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { connectionStore } from '../../../functions/storage/connections.ts';
import { NOON } from '../support/clock.ts';
import { aConnection } from '../support/connections.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const connections = connectionStore(table);
const NOON_S = Date.parse(NOON) / 1000;
const now = new Date(NOON);

const item = (connectionId: string, ttl = NOON_S + 7_200) => ({
  pk: `USER#${alice.id}`,
  sk: `CONN#${connectionId}`,
  connectionId,
  userId: alice.id,
  sessionId: id(500),
  conversation: CONVERSATION,
  connectedAt: NOON,
  ttl,
});

describe('the row of a connection', () => {
  it('expires two hours after the connection was opened, as API Gateway closes it then', async () => {
    await connections.put(aConnection('a'));
    expect(sent()).toEqual([['PutCommand', { TableName: 'parley-test', Item: item('a') }]]);
  });

  it('is deleted by its key, whether it exists or not', async () => {
    await connections.remove(alice.id, 'a');
    expect(sent()).toEqual([
      ['DeleteCommand', { TableName: 'parley-test', Key: { pk: `USER#${alice.id}`, sk: 'CONN#a' } }],
    ]);
  });
});

describe('the connections of a user', () => {
  const query = (ConsistentRead: boolean) => ({
    TableName: 'parley-test',
    ConsistentRead,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': `USER#${alice.id}`, ':prefix': 'CONN#' },
  });

  it.each([
    ['of', false],
    ['ofNow', true],
  ] as const)('are one query (%s, consistent: %j)', async (name, isConsistent) => {
    documents.on(QueryCommand).resolves({ Items: [item('a'), item('b')] });
    expect(await connections[name](alice.id, now)).toEqual([aConnection('a'), aConnection('b')]);
    expect(sent()).toMatchObject([['QueryCommand', query(isConsistent)]]);
  });

  it('do not include expired rows that TTL has not deleted yet', async () => {
    const Items = [item('expired', NOON_S - 1), item('expiring', NOON_S), item('live', NOON_S + 1)];
    documents.on(QueryCommand).resolves({ Items });
    const live = await connections.of(alice.id, now);
    expect(live.map(({ connectionId }) => connectionId)).toEqual(['live']);
  });

  it('are read over all pages', async () => {
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item('a')], LastEvaluatedKey: { pk: 'x', sk: 'y' } })
      .resolvesOnce({ Items: [item('b')] });
    expect(await connections.of(alice.id, now)).toHaveLength(2);
  });

  it('are empty for an unknown user', async () => {
    expect(await connections.of(id(404), now)).toEqual([]);
  });
});
