import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { messageStore } from '../../../functions/storage/messages.ts';
import { NOON } from '../support/clock.ts';
import { anEntry } from '../support/message-log.ts';
import { documents } from '../support/mocked-clients.ts';
import { ALICES, CONVERSATION, id } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const log = messageStore(table);

const item = (seq: number) => ({
  pk: `CONV#${CONVERSATION}`,
  sk: `MSG#${String(seq).padStart(16, '0')}`,
  id: id(1000 + seq),
  sender: 0,
  text: `message ${seq}`,
  createdAt: NOON,
});
const range = (low: string, high: string) => ({
  TableName: 'parley-test',
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
  ExpressionAttributeValues: { ':pk': `CONV#${CONVERSATION}`, ':low': `MSG#${low}`, ':high': `MSG#${high}` },
});

describe('the last message', () => {
  it('is read by one consistent query for one item', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(7)] });
    expect(await log.last(ALICES)).toEqual(anEntry(7));
    expect(sent()).toEqual([
      [
        'QueryCommand',
        { ...range('0000000000000001', '9999999999999999'), ScanIndexForward: false, Limit: 1 },
      ],
    ]);
  });

  it.each([[[]], [undefined]])('is none in an empty conversation (%j)', async (Items) => {
    documents.on(QueryCommand).resolves(Items ? { Items } : {});
    expect(await log.last(ALICES)).toBeUndefined();
  });
});

describe('the end of a log', () => {
  const end = (high: string) => ({
    ...range('0000000000000001', high),
    ExpressionAttributeValues: {
      ':pk': `CONV#${CONVERSATION}`,
      ':low': 'MSG#0000000000000001',
      ':high': high,
    },
    ScanIndexForward: false,
    Limit: 1,
  });
  const wide = ['QueryCommand', end('SEAL#~')];

  it('is read by one query for one item, like the last message', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(7)] });
    expect(await log.end(ALICES)).toEqual({ last: anEntry(7), isSealed: false });
    expect(sent()).toEqual([wide]);
  });

  it('is read on behind a seal, which stands behind every message', async () => {
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ pk: `CONV#${CONVERSATION}`, sk: 'SEAL#1' }] })
      .resolves({ Items: [item(7)] });
    expect(await log.end(ALICES)).toEqual({ last: anEntry(7), isSealed: true });
    expect(sent()).toEqual([wide, ['QueryCommand', end('MSG#9999999999999999')]]);
  });

  it('is nothing in an empty conversation', async () => {
    documents.on(QueryCommand).resolves({ Items: [] });
    expect(await log.end(ALICES)).toEqual({ last: undefined, isSealed: false });
  });
});

describe('the messages from a seq on', () => {
  it('are one consistent query, which reads no further than asked', async () => {
    const Items = [item(5), { ...item(6), clientId: id(77) }];
    documents.on(QueryCommand).resolves({ Items, LastEvaluatedKey: { pk: 'x', sk: 'y' } });
    expect(await log.since(ALICES, 5, 2)).toEqual([anEntry(5), { ...anEntry(6), clientId: id(77) }]);
    expect(sent()).toEqual([
      ['QueryCommand', { ...range('0000000000000005', '9999999999999999'), Limit: 2 }],
    ]);
  });

  it('go on behind an answer that the limit of 1 MB has cut', async () => {
    const edge = { pk: `CONV#${CONVERSATION}`, sk: item(1).sk };
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(1)], LastEvaluatedKey: edge })
      .resolvesOnce({ Items: [item(2)] });
    expect(await log.since(ALICES, 1, 500)).toEqual([anEntry(1), anEntry(2)]);
    expect(sent()).toMatchObject([
      ['QueryCommand', { Limit: 500 }],
      ['QueryCommand', { Limit: 499, ExclusiveStartKey: edge }],
    ]);
  });

  it('are none after the end', async () => {
    expect(await log.since(ALICES, 8, 500)).toEqual([]);
  });

  it('reach the highest number that JSON can represent', async () => {
    await log.since(ALICES, Number.MAX_SAFE_INTEGER, 500);
    expect(sent()[0]?.[1]).toMatchObject(range('9007199254740991', '9999999999999999'));
  });
});

describe('the messages up to a seq', () => {
  it.each([
    [6, '0000000000000006'],
    [undefined, '9999999999999999'],
  ])('%s are one consistent query, newest first', async (to, high) => {
    documents.on(QueryCommand).resolves({ Items: [item(6), item(5)] });
    expect(await log.upTo(ALICES, to, 2)).toEqual([anEntry(6), anEntry(5)]);
    expect(sent()).toEqual([
      ['QueryCommand', { ...range('0000000000000001', high), ScanIndexForward: false, Limit: 2 }],
    ]);
  });
});

describe('appending', () => {
  it('stores the message only if its seq is free', async () => {
    expect(await log.append(ALICES, { ...anEntry(8), clientId: id(77) })).toBe(true);
    expect(sent()).toEqual([
      [
        'PutCommand',
        {
          TableName: 'parley-test',
          Item: {
            ...item(8),
            clientId: id(77),
            read: 0,
            counts: {},
            rates: {},
            recent: new Uint8Array(),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      ],
    ]);
  });

  it('is false when the seq is taken', async () => {
    documents.on(PutCommand).rejects(conditionFailed());
    expect(await log.append(ALICES, anEntry(8))).toBe(false);
  });

  it('passes every other fault on', async () => {
    const fault = new Error('down');
    documents.on(PutCommand).rejects(fault);
    await expect(log.append(ALICES, anEntry(8))).rejects.toBe(fault);
  });
});
