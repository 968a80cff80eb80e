import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { messageStore } from '../../../functions/storage/messages.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry } from '../support/log-entries.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';
import { documents, sent, table } from '../support/table.ts';

const log = messageStore(table);
const sk = (seq: number) => `MSG#${String(seq).padStart(16, '0')}`;
const item = (seq: number) => ({
  pk: `CONV#${CONVERSATION}`,
  sk: sk(seq),
  id: id(1000 + seq),
  senderId: alice.id,
  text: `message ${seq}`,
  createdAt: NOON,
});

describe('the latest messages', () => {
  it('are one consistent query from the end, in order', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(9), item(8), item(7)] });
    expect(await log.latest(CONVERSATION, 3)).toEqual([aLogEntry(7), aLogEntry(8), aLogEntry(9)]);
    expect(sent()).toEqual([
      [
        'QueryCommand',
        {
          TableName: 'parley-test',
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: {
            ':pk': `CONV#${CONVERSATION}`,
            ':low': sk(1),
            ':high': 'MSG#9999999999999999',
          },
          ScanIndexForward: false,
          Limit: 3,
        },
      ],
    ]);
  });

  it('are as many as asked for, also where they are too long for one read', async () => {
    const LastEvaluatedKey = { pk: item(8).pk, sk: item(8).sk };
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(9), item(8)], LastEvaluatedKey })
      .resolves({ Items: [item(7), item(6), item(5)] });
    expect(await log.latest(CONVERSATION, 3)).toEqual([aLogEntry(7), aLogEntry(8), aLogEntry(9)]);
    expect(sent().slice(1)).toMatchObject([['QueryCommand', { ExclusiveStartKey: LastEvaluatedKey }]]);
  });

  it('are none in an empty conversation', async () => {
    expect(await log.latest(CONVERSATION, 100)).toEqual([]);
  });
});

it('a tail may be shorter than the store’s own limit', async () => {
  await log.since(CONVERSATION, 5, 7);
  expect(sent()).toMatchObject([['QueryCommand', { Limit: 8 }]]);
});

describe('which logs go on behind what is held', () => {
  const held = [
    { conversation: CONVERSATION, seq: 4 },
    { conversation: `${alice.id}.${id(3)}`, seq: 0 },
    { conversation: `${alice.id}.${id(4)}`, seq: Number.MAX_SAFE_INTEGER },
  ];

  it('is whether the next message is there: one consistent read of one key each', async () => {
    documents.on(BatchGetCommand).resolves({ Responses: { 'parley-test': [item(5)] } });
    expect(await log.ahead(held)).toEqual(new Set([CONVERSATION]));
    const Keys = [
      { pk: `CONV#${CONVERSATION}`, sk: sk(5) },
      { pk: `CONV#${alice.id}.${id(3)}`, sk: sk(1) },
      { pk: `CONV#${alice.id}.${id(4)}`, sk: sk(2 ** 53) },
    ];
    expect(sent()).toEqual([
      ['BatchGetCommand', { RequestItems: { 'parley-test': { Keys, ConsistentRead: true } } }],
    ]);
  });

  it('costs nothing for nothing', async () => {
    expect(await log.ahead([])).toEqual(new Set());
    expect(sent()).toEqual([]);
  });
});
