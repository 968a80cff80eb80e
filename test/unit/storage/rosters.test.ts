import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { ROLES } from '../../../functions/core/conversations/rights.ts';
import { groupOf, MAX_NUMBERS, type Roster } from '../../../functions/core/conversations/roster.ts';
import { toLast } from '../../../functions/core/inbox/inbox.ts';
import type { GroupEvent, LogEntry } from '../../../functions/core/messages/message.ts';
import { fromSummary } from '../../../functions/storage/inbox.ts';
import { membershipKey, rosterKey, summaryKey } from '../../../functions/storage/keys.ts';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { packIds } from '../../../functions/storage/packed-ids.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, id } from '../support/people.ts';
import { GROUP, ROSTER } from '../support/roster.ts';
import { sent, table } from '../support/table.ts';

const TableName = 'parley-test';
const store = rosterStore(table);

const ITEM = {
  ...{ pk: `CONV#${GROUP}`, sk: 'GROUP', version: 4, title: 'Trip', history: 'since_joining' },
  ids: packIds([alice.id, bob.id, id(3)]),
  roles: 'O-r',
  from: Uint8Array.of(1, 1, 5),
};

/** The entry that tells of a change, as the eighth one, with two messages of Alice's among the others. */
const entryOf = (event: GroupEvent, more: Partial<LogEntry> = {}): LogEntry => ({
  ...{
    id: id(1008),
    conversation: GROUP,
    seq: 8,
    senderId: alice.id,
    text: '',
    event,
    read: 0,
    createdAt: NOON,
  },
  ...{ counts: { 0: 2 }, rates: {}, recent: new Uint8Array(), events: 6, roster: 5 },
  ...more,
});

/** The roster with others in it, or another title. */
const changed = (more: Partial<Roster>): Roster => ({ ...ROSTER, version: 5, ...more });

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe('a roster', () => {
  it('is one item, read strongly consistent', async () => {
    documents.on(GetCommand).resolves({ Item: ITEM });
    expect(await store.roster(GROUP)).toEqual(ROSTER);
    const Key = { pk: `CONV#${GROUP}`, sk: 'GROUP' };
    expect(sent()).toEqual([['GetCommand', { TableName, Key, ConsistentRead: true }]]);
  });

  it('of a group that does not exist is none', async () => {
    expect(await store.roster(GROUP)).toBeUndefined();
  });
});

describe('a change of a roster', () => {
  const roster = (after: Roster, letters: string, version?: number) => ({
    Put: {
      TableName,
      Item: {
        ...ITEM,
        ...{ version: after.version, title: after.title },
        ids: packIds(after.members.map(({ userId }) => userId)),
        roles: letters,
        from: Uint8Array.from(after.members.map(({ from }) => from)),
      },
      ...(version === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': version },
          }),
    },
  });
  const entry = (after: Roster, one: LogEntry) => ({
    Put: {
      TableName,
      Item: fromLogEntry(groupOf(after), one),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  });
  const titled = (title: string) => ({
    Update: {
      TableName,
      Key: summaryKey(GROUP),
      UpdateExpression: 'SET title = :title',
      ExpressionAttributeValues: { ':title': title },
    },
  });
  const items = () => {
    const calls = sent().filter(([name]) => name === 'TransactWriteCommand');
    return calls.map(([, input]) => (input as { TransactItems: unknown }).TransactItems);
  };

  it('that creates it is one transaction: roster, entry, summary, and the memberships', async () => {
    const after = changed({ version: 1 });
    const event = { type: 'created', title: 'Trip', users: [alice.id, id(3)] } as const;
    const one = entryOf(event, { seq: 1, counts: {}, events: 1, roster: 1 });
    expect(await store.apply({ before: undefined, after, entry: one })).toBe(true);
    const summary = fromSummary({ kind: 'group' }, { last: toLast(one), receipts: {} });
    const joined = (userId: string, number: number, role: string, from: number) => ({
      Put: {
        TableName,
        Item: {
          ...{ ...membershipKey(userId, GROUP), number, role, from },
          ...{ joined: { seq: 1, at: one.createdAt }, readSeq: 1, readOthers: 0 },
        },
      },
    });
    expect(items()).toEqual([
      [
        ...[roster(after, 'O-r'), entry(after, one)],
        { Put: { TableName, Item: { ...summaryKey(GROUP), ...summary, title: 'Trip' } } },
        ...[joined(alice.id, 0, 'owner', 1), joined(id(3), 2, 'reader', 5)],
      ],
    ]);
  });

  it('of its title is no matter of the memberships', async () => {
    const after = changed({ title: 'Journey' });
    const one = entryOf({ type: 'renamed', title: 'Journey' });
    await store.apply({ before: ROSTER, after, entry: one });
    expect(items()).toEqual([[roster(after, 'O-r', 4), entry(after, one), titled('Journey')]]);
  });

  it('that somebody joins by writes their membership, with all before them as read', async () => {
    const back = { userId: bob.id, role: 'member', from: 8 } as const;
    const after = changed({ members: ROSTER.members.with(1, back) });
    const one = entryOf({ type: 'joined', users: [bob.id] });
    await store.apply({ before: ROSTER, after, entry: one });
    const Item = {
      ...{ pk: `USER#${bob.id}`, sk: `CONV#group#${GROUP}`, number: 1, role: 'member', from: 8 },
      ...{ joined: { seq: 8, at: one.createdAt }, readSeq: 8, readOthers: 2 },
    };
    expect(items()).toEqual([[roster(after, 'Omr', 4), entry(after, one), { Put: { TableName, Item } }]]);
  });

  it('that gives a role changes nothing else of the membership', async () => {
    const other = { userId: id(3), role: 'moderator', from: 5 } as const;
    const after = changed({ members: ROSTER.members.with(2, other) });
    const one = entryOf({ type: 'role', users: [id(3)], role: 'moderator' });
    await store.apply({ before: ROSTER, after, entry: one });
    const update = {
      Update: {
        ...{ TableName, Key: membershipKey(id(3), GROUP), UpdateExpression: 'SET #role = :role' },
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':role': 'moderator' },
      },
    };
    expect(items()).toEqual([[roster(after, 'O-M', 4), entry(after, one), update]]);
  });

  it.each([
    ['leaves', { role: undefined }, 'O--'],
    ['is removed', { role: undefined, removed: true as const }, 'O-x'],
  ])('by which somebody %s deletes their membership', async (_, former, letters) => {
    const after = changed({ members: ROSTER.members.with(2, { userId: id(3), from: 5, ...former }) });
    const one = entryOf({ type: 'left', users: [id(3)] }, { senderId: id(3) });
    await store.apply({ before: ROSTER, after, entry: one });
    expect(items()).toEqual([
      [
        ...[roster(after, letters, 4), entry(after, one)],
        { Delete: { TableName, Key: membershipKey(id(3), GROUP) } },
      ],
    ]);
    expect(sent()).toHaveLength(1);
  });

  it.each([
    ['the roster has changed since', ['ConditionalCheckFailed', 'None']],
    ['the number of the entry is taken', ['None', 'ConditionalCheckFailed']],
    ['others are writing the same items', ['TransactionConflict', 'None']],
  ])('is not made if %s', async (_, codes) => {
    documents.on(TransactWriteCommand).rejects(cancelled(...codes));
    const one = entryOf({ type: 'renamed', title: 'Journey' });
    expect(await store.apply({ before: ROSTER, after: changed({ title: 'Journey' }), entry: one })).toBe(
      false,
    );
  });

  it('passes every other fault on', async () => {
    const fault = new Error('down');
    documents.on(TransactWriteCommand).rejects(fault);
    const one = entryOf({ type: 'renamed', title: 'Journey' });
    const applying = store.apply({ before: ROSTER, after: changed({ title: 'Journey' }), entry: one });
    await expect(applying).rejects.toBe(fault);
  });
});

describe('in a table', () => {
  /** A table with the group. */
  function stored() {
    const memory = memoryTable();
    memory.state.set(rosterKey(GROUP), ITEM as never);
    const key = membershipKey(id(3), GROUP);
    memory.state.set(key, { ...key, number: 2, role: 'reader', from: 5 });
    return { ...memory, rosters: rosterStore(memory.table) };
  }
  const without = changed({ members: ROSTER.members.with(2, { userId: id(3), role: undefined, from: 5 }) });
  const left = { before: ROSTER, after: without, entry: entryOf({ type: 'left', users: [id(3)] }) };
  const of = (state: ReturnType<typeof stored>['state'], userId: string) =>
    state.partition(`USER#${userId}`).map(({ sk }) => sk);

  it('a change is made whole, and can be read', async () => {
    const { rosters, state, table: memory } = stored();
    expect(await rosters.apply(left)).toBe(true);
    expect(await rosters.roster(GROUP)).toEqual(without);
    expect(await messageStore(memory).last(groupOf(without))).toEqual(left.entry);
    expect(of(state, id(3))).toEqual([]);
  });

  it('a change is made once, and of two at once one', async () => {
    const { rosters, state } = stored();
    const other = { ...left, entry: entryOf({ type: 'left', users: [id(3)] }, { seq: 9 }) };
    expect([await rosters.apply(left), await rosters.apply(left), await rosters.apply(other)]).toEqual([
      ...[true, false, false],
    ]);
    expect(state.partition(`CONV#${GROUP}`).map(({ sk }) => sk)).toEqual(['GROUP', 'MSG#0000000000000008']);
  });

  it('a change is not made if the number of its entry is taken', async () => {
    const { rosters, table: memory } = stored();
    await messageStore(memory).append(groupOf(ROSTER), { ...left.entry, event: undefined, text: 'Hi' });
    expect(await rosters.apply(left)).toBe(false);
    expect(await rosters.roster(GROUP)).toEqual(ROSTER);
  });

  it('a roster is read as it was written, with hundreds of people in every role', async () => {
    const { rosters } = stored();
    const roles = [...ROLES, undefined];
    const members = Array.from({ length: MAX_NUMBERS }, (_, n) => ({
      ...{ userId: id(n), role: roles[n % roles.length], from: 1 + n * n },
      ...(n % 10 === 4 && { removed: true as const }),
    }));
    const after = changed({ members });
    await rosters.apply({ ...left, after });
    expect(await rosters.roster(GROUP)).toEqual(after);
  });

  it('a user is in as many groups as they have memberships of groups', async () => {
    const { rosters, state } = stored();
    const pair = membershipKey(id(3), pairId(id(3), id(4)));
    const other = membershipKey(id(3), id(405));
    state.set(pair, { ...pair });
    state.set(other, { ...other });
    expect([await rosters.countOf(id(3)), await rosters.countOf(id(4))]).toEqual([2, 0]);
  });
});
