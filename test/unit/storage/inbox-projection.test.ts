import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { ALICES, alice, bob, CONVERSATION, id } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const projection = inboxProjection(table);
const TableName = 'parley-test';
const membership = { pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}` };
const meta = { pk: `CONV#${CONVERSATION}`, sk: 'META' };
const position = { conversation: CONVERSATION, topAt: NOON };
const peer = { id: bob.id, username: 'bob' };

describe('the summary of a conversation', () => {
  const last = {
    seq: 9,
    id: id(1009),
    senderId: alice.id,
    text: 'Hello',
    createdAt: NOON,
    counts: { 0: 5, 1: 4 },
  };
  const NAMES = ['seq', 'id', 'senderId', 'text', 'createdAt', 'counts', 'receipts'];
  const values = {
    ':seq': 9,
    ':id': id(1009),
    ':senderId': alice.id,
    ':text': 'Hello',
    ':createdAt': NOON,
    ':counts': { 0: 5, 1: 4 },
  };

  it.each([
    ['both members', { 0: { seq: 9, others: 4 }, 1: { seq: 8, others: 4 } }, { 0: [9, 4], 1: [8, 4] }],
    ['the first member', { 0: { seq: 9, others: 4 } }, { 0: [9, 4] }],
    ['the second member', { 1: { seq: 8, others: 4 } }, { 1: [8, 4] }],
  ])('replaces only an older one, with the known receipts of %s', async (_, receipts, stored) => {
    await projection.summarize(ALICES, { last, receipts });
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName,
          Key: meta,
          UpdateExpression: `SET ${NAMES.map((name) => `#${name} = :${name}`).join(', ')} REMOVE #changed, #event`,
          ConditionExpression: 'attribute_not_exists(#seq) OR #seq < :seq',
          ExpressionAttributeNames: Object.fromEntries(
            [...NAMES, 'changed', 'event'].map((name) => [`#${name}`, name]),
          ),
          ExpressionAttributeValues: { ...values, ':receipts': stored },
        },
      ],
    ]);
  });

  it('gives way to a newer one, and throws every other error', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(conditionFailed()).rejectsOnce(fault);
    await projection.summarize(ALICES, { last, receipts: {} });
    await expect(projection.summarize(ALICES, { last, receipts: {} })).rejects.toBe(fault);
  });

  it('is read strongly consistent', async () => {
    expect(await projection.summary(ALICES)).toBeUndefined();
    documents.on(GetCommand).resolves({ Item: { ...meta, ...last, receipts: { 1: [8, 4] } } });
    expect(await projection.summary(ALICES)).toEqual({ last, receipts: { 1: { seq: 8, others: 4 } } });
    expect(sent()[1]).toEqual(['GetCommand', { TableName, Key: meta, ConsistentRead: true }]);
  });
});

describe('the top of an inbox', () => {
  it('is one consistent query for one item', async () => {
    documents.on(QueryCommand).resolves({ Items: [{ pk: 'x', sk: `INBOX#${NOON}#${CONVERSATION}` }] });
    expect(await projection.top(alice.id)).toEqual(position);
    expect(sent()).toEqual([
      [
        'QueryCommand',
        {
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': `USER#${alice.id}`, ':prefix': 'INBOX#' },
          ScanIndexForward: false,
          Limit: 1,
        },
      ],
    ]);
  });

  it.each([[{}], [{ Items: [] }]])('is nothing in an empty one: %j', async (answer) => {
    documents.on(QueryCommand).resolves(answer);
    expect(await projection.top(alice.id)).toBeUndefined();
  });
});

describe('the position of a conversation', () => {
  it('comes from the membership by a strongly consistent read', async () => {
    documents.on(GetCommand).resolves({ Item: { ...membership, topAt: NOON } });
    expect(await projection.positionOf(alice.id, CONVERSATION)).toEqual(position);
    expect(sent()).toEqual([['GetCommand', { TableName, Key: membership, ConsistentRead: true }]]);
  });

  it.each([undefined, { ...membership, readSeq: 3 }])(
    'is undefined before the conversation has one: %j',
    async (Item) => {
      documents.on(GetCommand).resolves(Item ? { Item } : {});
      expect(await projection.positionOf(alice.id, CONVERSATION)).toBeUndefined();
    },
  );
});

describe('a move to the top', () => {
  const put = [
    'PutCommand',
    { TableName, Item: { pk: `USER#${alice.id}`, sk: `INBOX#${NOON}#${CONVERSATION}` } },
  ];
  const name = [
    'UpdateCommand',
    {
      TableName,
      Key: membership,
      UpdateExpression: 'SET topAt = :topAt, peer = :peer',
      ConditionExpression: 'attribute_not_exists(topAt) OR topAt <= :topAt',
      ExpressionAttributeValues: { ':topAt': NOON, ':peer': peer },
    },
  ];
  const former = { conversation: CONVERSATION, topAt: '2026-11-22T12:00:00.000Z' };

  it('writes the position, then the membership that names it, then deletes the former position', async () => {
    await projection.moveToTop(alice.id, position, peer, [former]);
    const away = {
      TableName,
      Key: { pk: `USER#${alice.id}`, sk: `INBOX#${former.topAt}#${CONVERSATION}` },
    };
    expect(sent()).toEqual([put, name, ['DeleteCommand', away]]);
  });

  it('deletes nothing if there was no former position', async () => {
    await projection.moveToTop(alice.id, position, peer, []);
    expect(sent()).toEqual([put, name]);
  });

  it('deletes only its own position when a newer move was faster', async () => {
    documents.on(UpdateCommand).rejects(conditionFailed());
    await projection.moveToTop(alice.id, position, peer, [former]);
    const away = { TableName, Key: { pk: `USER#${alice.id}`, sk: `INBOX#${NOON}#${CONVERSATION}` } };
    expect(sent()).toEqual([put, name, ['DeleteCommand', away]]);
  });

  it('stops at an error, so that it is repeated from the start', async () => {
    const fault = new Error('down');
    documents.on(PutCommand).rejects(fault);
    await expect(projection.moveToTop(alice.id, position, peer, [former])).rejects.toBe(fault);
    expect(sent()).toEqual([put]);
  });
});
