import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { groupOf } from '../../../functions/core/conversations/roster.ts';
import type { InvitationList } from '../../../functions/core/invitations/invitation.ts';
import { MAX_INVITATIONS } from '../../../functions/core/invitations/invitation.ts';
import { invitationStore, replacing } from '../../../functions/storage/invitations.ts';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry } from '../support/log-entries.ts';
import { documents } from '../support/mocked-clients.ts';
import { GROUP, ROSTER } from '../support/roster.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const TableName = 'parley-test';
const store = invitationStore(table);
const KEY = { pk: `CONV#${GROUP}`, sk: 'INVITATIONS' };
const ENDS = Date.parse(NOON) / 1_000;

const LIST: InvitationList = {
  version: 3,
  endsAt: new Date(NOON),
  invitations: [
    { id: 'a'.repeat(22), by: 0, role: 'member', expiresAt: new Date(NOON), maxUses: 100, uses: 3 },
    { id: 'b'.repeat(22), by: 2, role: 'reader', expiresAt: new Date(NOON), maxUses: 1, uses: 0 },
  ],
};
const ITEM = {
  ...{ ...KEY, version: 3, ttl: ENDS },
  invitations: [
    ['a'.repeat(22), 0, 'member', ENDS, 100, 3],
    ['b'.repeat(22), 2, 'reader', ENDS, 1, 0],
  ],
};
const NEXT = { ...LIST, version: 4, invitations: LIST.invitations.slice(1) };
const NEXT_ITEM = { ...ITEM, version: 4, invitations: ITEM.invitations.slice(1) };
const unchanged = {
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': 3 },
};

describe('the invitations of a group', () => {
  it('are one item, read strongly consistent', async () => {
    documents.on(GetCommand).resolves({ Item: ITEM });
    expect(await store.list(GROUP)).toEqual(LIST);
    expect(sent()).toEqual([['GetCommand', { TableName, Key: KEY, ConsistentRead: true }]]);
  });

  it('are none where none was ever created', async () => {
    expect(await store.list(GROUP)).toBeUndefined();
  });

  it('are replaced if nobody else has changed them', async () => {
    expect(await store.replace(GROUP, { before: LIST, after: NEXT })).toBe(true);
    expect(await store.replace(GROUP, { before: undefined, after: LIST })).toBe(true);
    expect(sent()).toEqual([
      ['PutCommand', { TableName, Item: NEXT_ITEM, ...unchanged }],
      ['PutCommand', { TableName, Item: ITEM, ConditionExpression: 'attribute_not_exists(pk)' }],
    ]);
  });

  it('stay if somebody else has, and if the table fails', async () => {
    documents.on(PutCommand).rejects(conditionFailed());
    expect(await store.replace(GROUP, { before: LIST, after: NEXT })).toBe(false);
    const fault = new Error('down');
    documents.on(PutCommand).rejects(fault);
    await expect(store.replace(GROUP, { before: LIST, after: NEXT })).rejects.toBe(fault);
  });

  it('take two WRU at most, however many there are', () => {
    const largest = { id: 'x'.repeat(22), by: 99, role: 'member', maxUses: 1_000, uses: 999 } as const;
    const invitations = Array.from({ length: MAX_INVITATIONS }, () => ({
      ...largest,
      expiresAt: new Date('2099-12-31T23:59:59Z'),
    }));
    const after = { version: 1_000_000, endsAt: new Date('2099-12-31T23:59:59Z'), invitations };
    // A number has 21 bytes at most, and fewer than its digits and 2; each element of a list one more.
    const { Item } = replacing(GROUP, { before: undefined, after });
    expect(JSON.stringify(Item).length + 3 * MAX_INVITATIONS * 6).toBeLessThanOrEqual(2_048);
  });
});

it('a join by an invitation is one transaction with the roster', async () => {
  const entry = aLogEntry(8, { conversation: GROUP });
  const invitations = { before: LIST, after: NEXT };
  await rosterStore(table).apply({ before: ROSTER, after: { ...ROSTER, version: 5 }, entry, invitations });
  const [[, input]] = sent() as [[string, { TransactItems: readonly object[] }]];
  expect(input.TransactItems.slice(1)).toEqual([
    {
      Put: {
        TableName,
        Item: fromLogEntry(groupOf(ROSTER), entry),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    { Put: { TableName, Item: NEXT_ITEM, ...unchanged } },
  ]);
});
