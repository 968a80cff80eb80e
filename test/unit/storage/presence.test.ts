import { BatchGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { membershipCheck, presenceStore } from '../../../functions/storage/presence.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const presences = presenceStore(table);
const TableName = 'parley-test';
const Key = { pk: `USER#${alice.id}`, sk: 'PRESENCE' };
const now = new Date(NOON);

describe('presence', () => {
  it('is read of several at once, in the order asked; of whom nothing is stored, it is offline', async () => {
    const item = { ...Key, online: false, hidden: true, lastSeen: NOON, more: 1 };
    documents.on(BatchGetCommand).resolves({ Responses: { [TableName]: [item] } });
    expect(await presences.of([bob.id, alice.id])).toEqual([
      { userId: bob.id, online: false, hidden: false },
      { userId: alice.id, online: false, hidden: true, lastSeen: NOON },
    ]);
    const Keys = [{ ...Key, pk: `USER#${bob.id}` }, Key];
    expect(sent()).toEqual([
      ['BatchGetCommand', { RequestItems: { [TableName]: { Keys, ConsistentRead: false } } }],
    ]);
  });

  it('that somebody is online is written if it was not so, and takes away when they were last seen', async () => {
    await presences.set(alice.id, true, now);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName,
          Key,
          UpdateExpression: 'SET #online = :online REMOVE lastSeen',
          ConditionExpression: 'attribute_not_exists(#online) OR #online <> :online',
          ExpressionAttributeNames: { '#online': 'online' },
          ExpressionAttributeValues: { ':online': true },
        },
      ],
    ]);
  });

  it('that somebody is offline is written with the time, if they were online', async () => {
    await presences.set(alice.id, false, now);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName,
          Key,
          UpdateExpression: 'SET #online = :online, lastSeen = :now',
          ConditionExpression: 'attribute_exists(#online) AND #online <> :online',
          ExpressionAttributeNames: { '#online': 'online' },
          ExpressionAttributeValues: { ':online': false, ':now': NOON },
        },
      ],
    ]);
  });

  it('that is so already is no fault, every other fault is', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(conditionFailed()).rejectsOnce(fault);
    await presences.set(alice.id, true, now);
    await expect(presences.set(alice.id, true, now)).rejects.toBe(fault);
  });

  it.each([true, false])('is hidden or not without a look at whether they are online: %s', async (hidden) => {
    await presences.hide(alice.id, hidden);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName,
          Key,
          UpdateExpression: 'SET #hidden = :hidden',
          ExpressionAttributeNames: { '#hidden': 'hidden' },
          ExpressionAttributeValues: { ':hidden': hidden },
        },
      ],
    ]);
  });
});

describe('which conversations somebody is in', () => {
  it('is what is in their own partition', async () => {
    const item = { pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}` };
    documents.on(BatchGetCommand).resolves({ Responses: { [TableName]: [item] } });
    const other = `${alice.id}.${id(3)}`;
    const { among } = membershipCheck(table);
    expect(await among(alice.id, [other, CONVERSATION])).toEqual(new Set([CONVERSATION]));
    const Keys = [{ ...item, sk: `CONV#${other}` }, item];
    expect(sent()).toEqual([
      ['BatchGetCommand', { RequestItems: { [TableName]: { Keys, ConsistentRead: false } } }],
    ]);
  });
});
