import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { memoryTable } from '../../support/memory-table.ts';
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

describe('the tail', () => {
  it('is one consistent query from a seq on', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(5), { ...item(6), clientId: id(77) }] });
    expect(await log.since(ALICES, 5, 7)).toEqual({
      messages: [anEntry(5), { ...anEntry(6), clientId: id(77) }],
      isCut: false,
    });
    expect(sent()).toEqual([
      ['QueryCommand', { ...range('0000000000000005', '9999999999999999'), Limit: 8 }],
    ]);
  });

  it('tells when more messages follow, and reads no further, so that its cost is bounded', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(1)], LastEvaluatedKey: { pk: 'x', sk: 'y' } });
    expect(await log.since(ALICES, 1, 500)).toEqual({ messages: [anEntry(1)], isCut: true });
    expect(sent()).toHaveLength(1);
  });

  it('is complete when it has exactly as many messages as requested', async () => {
    const { table, state } = memoryTable();
    for (let seq = 1; seq <= 5; seq += 1) {
      const stored = fromLogEntry(ALICES, anEntry(seq)) as { pk: string; sk: string };
      state.set({ pk: stored.pk, sk: stored.sk }, stored);
    }
    const tails = [1, 2, 3].map((from) => messageStore(table).since(ALICES, from, 3));
    const cuts = (await Promise.all(tails)).map(({ messages, isCut }) => [messages.length, isCut]);
    expect(cuts).toEqual([
      [3, true],
      [3, true],
      [3, false],
    ]);
  });

  it('is empty after the end', async () => {
    expect(await log.since(ALICES, 8, 500)).toEqual({ messages: [], isCut: false });
  });

  it('reaches the highest number that JSON can represent', async () => {
    await log.since(ALICES, Number.MAX_SAFE_INTEGER, 500);
    expect(sent()[0]?.[1]).toMatchObject(range('9007199254740991', '9999999999999999'));
  });
});

describe('a range', () => {
  it('is read newest first, over as many pages as the store returns', async () => {
    const edge = { pk: `CONV#${CONVERSATION}`, sk: item(4).sk };
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(5), item(4)], LastEvaluatedKey: edge })
      .resolvesOnce({ Items: [], LastEvaluatedKey: edge })
      .resolvesOnce({ Items: [item(3)] });
    expect(await log.range(ALICES, 3, 5)).toEqual([anEntry(5), anEntry(4), anEntry(3)]);
    const query = { ...range('0000000000000003', '0000000000000005'), ScanIndexForward: false };
    expect(sent()).toMatchObject([
      ['QueryCommand', query],
      ['QueryCommand', { ...query, ExclusiveStartKey: edge }],
      ['QueryCommand', { ...query, ExclusiveStartKey: edge }],
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
