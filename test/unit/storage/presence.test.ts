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
  it('is read for several users at once, in the requested order, and is offline without an item', async () => {
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

  it('changes to online only if the user was offline, and drops the time last seen', async () => {
    await presences.set(alice.id, true, now);
    expect(sent()).toEqual([
      [
        'UpdateCommand',
        {
          TableName,
          Key,
          UpdateExpression: 'SET #online = :online REMOVE lastSeen',
          ConditionExpression:
            'attribute_not_exists(deletedAt) AND (attribute_not_exists(#online) OR #online <> :online)',
          ExpressionAttributeNames: { '#online': 'online' },
          ExpressionAttributeValues: { ':online': true },
        },
      ],
    ]);
  });

  it('changes to offline with the time only if the user was online', async () => {
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

  it('may be unchanged; every other error is thrown', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(conditionFailed()).rejectsOnce(fault);
    await presences.set(alice.id, true, now);
    await expect(presences.set(alice.id, true, now)).rejects.toBe(fault);
  });

  it.each([true, false])('can be hidden or shown without a read of the state: hidden %s', async (hidden) => {
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

describe('the conversations of a user', () => {
  it('come from the partition of the user', async () => {
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
