import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { ReceiptStore } from '../../../functions/core/receipts/receipt.ts';
import { membershipKey } from '../../../functions/storage/keys.ts';
import { receiptStore } from '../../../functions/storage/receipts.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const GROUP = id(900);
const marks = receiptStore(table);
const Key = { pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}` };
const moveRead = () => marks.moveRead(alice.id, CONVERSATION, { seq: 7, others: 4 });
const moveReceived = () => marks.moveReceived(alice.id, CONVERSATION, 7, new Date(NOON), 2_000);

describe('the receipts of a member', () => {
  it('are read from their membership', async () => {
    documents.on(GetCommand).resolves({ Item: { ...Key, readSeq: 3, receivedSeq: 5, receivedAt: NOON } });
    expect(await marks.of(alice.id, CONVERSATION)).toEqual({
      read: 3,
      received: 5,
      receivedAt: new Date(NOON),
    });
    expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key }]]);
  });

  it.each([[undefined], [{ ...Key, topAt: NOON }]])('are 0 before anything is marked: %j', async (Item) => {
    documents.on(GetCommand).resolves(Item ? { Item } : {});
    expect(await marks.of(alice.id, CONVERSATION)).toEqual({ read: 0, received: 0, receivedAt: undefined });
  });
});

describe('moving a receipt', () => {
  it('writes the read receipt only if it moves forward, ends the mark as unread, and changes nothing else', async () => {
    expect(await moveRead()).toBe(true);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'parley-test',
          Key,
          UpdateExpression: 'SET readSeq = :seq, readOthers = :others REMOVE unread',
          ConditionExpression: '(attribute_not_exists(readSeq) OR readSeq < :seq)',
          ExpressionAttributeValues: { ':seq': 7, ':others': 4 },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
    ]);
  });

  it('writes how many messages that mention all were read with it, if there are any', async () => {
    await marks.moveRead(alice.id, CONVERSATION, { seq: 7, others: 4, alls: 2 });
    expect(sent()).toMatchObject([
      [
        'UpdateCommand',
        {
          UpdateExpression: 'SET readSeq = :seq, readOthers = :others, readAlls = :alls REMOVE unread',
          ExpressionAttributeValues: { ':seq': 7, ':others': 4, ':alls': 2 },
        },
      ],
    ]);
  });

  it('writes the delivery receipt with the time on the same condition', async () => {
    expect(await moveReceived()).toBe(true);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'parley-test',
          Key,
          UpdateExpression: 'SET receivedSeq = :seq, receivedAt = :now',
          ConditionExpression:
            '(attribute_not_exists(receivedSeq) OR receivedSeq < :seq AND receivedAt <= :due)',
          ExpressionAttributeValues: { ':seq': 7, ':now': NOON, ':due': '2026-11-23T11:59:58.000Z' },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
    ]);
  });

  it.each<[string, (store: ReceiptStore) => Promise<boolean>]>([
    ['read', (store) => store.moveRead(alice.id, GROUP, { seq: 7, others: 4 })],
    ['received', (store) => store.moveReceived(alice.id, GROUP, 7, new Date(NOON), 2_000)],
  ])('of what was %s in a group needs a membership, and makes none', async (_, move) => {
    const { table, state, store } = memoryTable();
    expect(await move(receiptStore(table))).toBe(false);
    expect(state.get(membershipKey(alice.id, GROUP))).toBeUndefined();
    store({ ...membershipKey(alice.id, GROUP), number: 1 });
    expect(await move(receiptStore(table))).toBe(true);
  });

  it.each([
    ['read', moveRead],
    ['received', moveReceived],
  ])(
    'of what was %s is false where it stands there already, and passes every other fault on',
    async (_, move) => {
      const fault = new Error('down');
      documents.on(UpdateCommand).rejectsOnce(conditionFailed()).rejectsOnce(fault);
      expect(await move()).toBe(false);
      await expect(move()).rejects.toBe(fault);
    },
  );

  it.each([
    ['read', moveRead, { readSeq: { N: '7' } }, { readSeq: { N: '8' } }],
    [
      'received',
      moveReceived,
      { receivedSeq: { N: '7' }, receivedAt: { S: NOON } },
      { receivedSeq: { N: '7' }, receivedAt: { S: '2026-11-23T11:59:59.000Z' } },
    ],
  ])(
    'of what was %s is true when the answer to the first try was lost, and false after another device',
    async (_, move, own, another) => {
      documents
        .on(UpdateCommand)
        .rejectsOnce(conditionFailed(own, 2))
        .rejectsOnce(conditionFailed(another, 2))
        .rejectsOnce(conditionFailed(own));
      expect([await move(), await move(), await move()]).toEqual([true, false, false]);
    },
  );
});
