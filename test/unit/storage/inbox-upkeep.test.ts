import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { inboxUpkeep } from '../../../functions/storage/inbox-projection.ts';
import { NOON } from '../support/clock.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { conditionFailed, documents, sent, table } from '../support/table.ts';

const upkeep = inboxUpkeep(table);
const TableName = 'parley-test';
const membership = { pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}` };
const meta = { pk: `CONV#${CONVERSATION}`, sk: 'META' };
const place = { conversation: CONVERSATION, topAt: NOON };
const peer = { id: bob.id, username: 'bob' };

describe('the note of the last message', () => {
  const last = { seq: 9, id: id(1009), senderId: alice.id, text: 'Hello', createdAt: NOON };
  const said = { [alice.id]: 5, [bob.id]: 4 };
  const NAMES = ['seq', 'id', 'senderId', 'text', 'createdAt', 'said', 'positions'];
  const values = {
    ':seq': 9,
    ':id': id(1009),
    ':senderId': alice.id,
    ':text': 'Hello',
    ':createdAt': NOON,
  };

  it.each([
    [
      'both',
      { [alice.id]: { seq: 9, others: 4 }, [bob.id]: { seq: 8, others: 4 } },
      [
        [9, 4],
        [8, 4],
      ],
    ],
    ['the first member', { [alice.id]: { seq: 9, others: 4 } }, [[9, 4], null]],
    ['the second member', { [bob.id]: { seq: 8, others: 4 } }, [null, [8, 4]]],
  ])('is written over an older one alone, with what is known of %s', async (_, positions, stored) => {
    await upkeep.note(CONVERSATION, { ...last, said }, positions);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName,
          Key: meta,
          UpdateExpression: `SET ${NAMES.map((name) => `#${name} = :${name}`).join(', ')}`,
          ConditionExpression: 'attribute_not_exists(#seq) OR #seq < :seq',
          ExpressionAttributeNames: Object.fromEntries(NAMES.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: { ...values, ':said': [5, 4], ':positions': stored },
        },
      ],
    ]);
  });

  it('gives way to a newer one, and passes every other fault on', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(conditionFailed()).rejectsOnce(fault);
    await upkeep.note(CONVERSATION, { ...last, said }, {});
    await expect(upkeep.note(CONVERSATION, { ...last, said }, {})).rejects.toBe(fault);
  });

  it('tells up to where the inboxes are and the members have read, strongly consistent', async () => {
    expect(await upkeep.noted(CONVERSATION)).toEqual({ seq: 0, positions: {} });
    documents.on(GetCommand).resolves({ Item: { ...meta, ...last, positions: [null, [8, 4]] } });
    expect(await upkeep.noted(CONVERSATION)).toEqual({
      seq: 9,
      positions: { [bob.id]: { seq: 8, others: 4 } },
    });
    expect(sent()[1]).toEqual(['GetCommand', { TableName, Key: meta, ConsistentRead: true }]);
  });
});

describe('the top of an inbox', () => {
  it('is one consistent query for one item', async () => {
    documents.on(QueryCommand).resolves({ Items: [{ pk: 'x', sk: `INBOX#${NOON}#${CONVERSATION}` }] });
    expect(await upkeep.top(alice.id)).toEqual(place);
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
    expect(await upkeep.top(alice.id)).toBeUndefined();
  });
});

describe('the place of a conversation', () => {
  it('is what the membership names, strongly consistent', async () => {
    documents.on(GetCommand).resolves({ Item: { ...membership, topAt: NOON } });
    expect(await upkeep.placeOf(alice.id, CONVERSATION)).toEqual(place);
    expect(sent()).toEqual([['GetCommand', { TableName, Key: membership, ConsistentRead: true }]]);
  });

  it.each([undefined, { ...membership, readSeq: 3 }])('is none before it was placed: %j', async (Item) => {
    documents.on(GetCommand).resolves(Item ? { Item } : {});
    expect(await upkeep.placeOf(alice.id, CONVERSATION)).toBeUndefined();
  });
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

  it('puts the place, has the membership name it, and takes the former place away, in this order', async () => {
    await upkeep.moveToTop(alice.id, place, peer, [former]);
    const away = {
      TableName,
      Key: { pk: `USER#${alice.id}`, sk: `INBOX#${former.topAt}#${CONVERSATION}` },
    };
    expect(sent()).toEqual([put, name, ['DeleteCommand', away]]);
  });

  it('takes nothing away where there was nothing', async () => {
    await upkeep.moveToTop(alice.id, place, peer, []);
    expect(sent()).toEqual([put, name]);
  });

  it('that a newer one has overtaken takes its own place away, and no other', async () => {
    documents.on(UpdateCommand).rejects(conditionFailed());
    await upkeep.moveToTop(alice.id, place, peer, [former]);
    const away = { TableName, Key: { pk: `USER#${alice.id}`, sk: `INBOX#${NOON}#${CONVERSATION}` } };
    expect(sent()).toEqual([put, name, ['DeleteCommand', away]]);
  });

  it('stops at a fault, so that it is done again whole', async () => {
    const fault = new Error('down');
    documents.on(PutCommand).rejects(fault);
    await expect(upkeep.moveToTop(alice.id, place, peer, [former])).rejects.toBe(fault);
    expect(sent()).toEqual([put]);
  });
});
