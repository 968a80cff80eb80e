import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { groupOf, type Roster } from '../../../functions/core/conversations/roster.ts';
import type { GroupEvent, LogEntry } from '../../../functions/core/messages/message.ts';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { inboxPositionKey, membershipKey, rosterKey, summaryKey } from '../../../functions/storage/keys.ts';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { documentClient, memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, id } from '../support/people.ts';
import { GROUP, ROSTER } from '../support/roster.ts';
import { sent, table } from '../support/table.ts';

const TableName = 'parley-test';
const store = rosterStore(table);

const ITEM = {
  ...{ pk: `CONV#${GROUP}`, sk: 'GROUP', version: 4, title: 'Trip', history: 'since_joining' },
  members: [
    [alice.id, 'owner', 1],
    [bob.id, '', 1],
    [id(3), 'reader', 5],
  ],
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
  const roster = (after: Roster, version?: number) => ({
    Put: {
      TableName,
      Item: {
        ...ITEM,
        ...{ version: after.version, title: after.title },
        members: after.members.map(({ userId, role, from }) => [userId, role ?? '', from]),
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

  it('that creates it is one transaction: roster, entry, title, and the memberships', async () => {
    const after = changed({ version: 1 });
    const event = { type: 'created', title: 'Trip', users: [alice.id, id(3)] } as const;
    const one = entryOf(event, { seq: 1, counts: {}, events: 1, roster: 1 });
    expect(await store.apply({ before: undefined, after, entry: one })).toBe(true);
    const joined = (userId: string, number: number, role: string, from: number) => ({
      Put: {
        TableName,
        Item: { ...membershipKey(userId, GROUP), number, role, from, readSeq: 1, readOthers: 0 },
      },
    });
    expect(items()).toEqual([
      [
        ...[roster(after), entry(after, one), titled('Trip')],
        ...[joined(alice.id, 0, 'owner', 1), joined(id(3), 2, 'reader', 5)],
      ],
    ]);
  });

  it('of its title is no matter of the memberships', async () => {
    const after = changed({ title: 'Journey' });
    const one = entryOf({ type: 'renamed', title: 'Journey' });
    await store.apply({ before: ROSTER, after, entry: one });
    expect(items()).toEqual([[roster(after, 4), entry(after, one), titled('Journey')]]);
  });

  it('that somebody joins by writes their membership, with all before them as read', async () => {
    const back = { userId: bob.id, role: 'member', from: 8 } as const;
    const after = changed({ members: ROSTER.members.with(1, back) });
    const one = entryOf({ type: 'joined', users: [bob.id] });
    await store.apply({ before: ROSTER, after, entry: one });
    const Item = {
      ...{ pk: `USER#${bob.id}`, sk: `CONV#${GROUP}`, number: 1, role: 'member', from: 8 },
      ...{ readSeq: 8, readOthers: 2 },
    };
    expect(items()).toEqual([[roster(after, 4), entry(after, one), { Put: { TableName, Item } }]]);
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
    expect(items()).toEqual([[roster(after, 4), entry(after, one), update]]);
  });

  it('that somebody leaves by deletes their membership, and its place in their inbox', async () => {
    const Key = membershipKey(id(3), GROUP);
    documents.on(GetCommand).resolves({ Item: { ...Key, topAt: NOON } });
    const after = changed({ members: ROSTER.members.with(2, { userId: id(3), role: undefined, from: 5 }) });
    const one = entryOf({ type: 'left', users: [id(3)] }, { senderId: id(3) });
    await store.apply({ before: ROSTER, after, entry: one });
    const unmoved = {
      ConditionExpression: 'topAt = :topAt',
      ExpressionAttributeValues: { ':topAt': NOON },
    };
    expect(items()).toEqual([
      [
        ...[roster(after, 4), entry(after, one)],
        { Delete: { TableName, Key, ...unmoved } },
        { Delete: { TableName, Key: inboxPositionKey(id(3), NOON, GROUP) } },
      ],
    ]);
    expect(sent()[0]).toEqual(['GetCommand', { TableName, Key, ConsistentRead: true }]);
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
  /** A table with the group, in which something may happen before each next transaction. */
  function stored() {
    const memory = memoryTable();
    const meanwhile: (() => Promise<unknown>)[] = [];
    const client = documentClient(async (command) => {
      if (command instanceof TransactWriteCommand) await meanwhile.shift()?.();
      return memory.send(command);
    });
    memory.state.set(rosterKey(GROUP), ITEM as never);
    const key = membershipKey(id(3), GROUP);
    memory.state.set(key, { ...key, number: 2, role: 'reader', from: 5 });
    return { ...memory, meanwhile, rosters: rosterStore({ ...memory.table, client }) };
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

  it.each([
    ['has no place in the inbox yet', []],
    ['has a place in the inbox', ['2026-11-22T12:00:00.000Z']],
  ])(
    'nobody leaves while their group, which %s, comes to the top, and no place stays behind',
    async (_, tops) => {
      const { rosters, state, meanwhile, table: memory } = stored();
      const { moveToTop, positionOf } = inboxProjection(memory);
      const move = async (topAt: string) => {
        const former = await positionOf(id(3), GROUP);
        await moveToTop(id(3), { conversation: GROUP, topAt }, undefined, former ? [former] : []);
      };
      for (const topAt of tops) await move(topAt);
      meanwhile.push(() => move(NOON));
      expect(await rosters.apply(left)).toBe(false);
      expect(await rosters.roster(GROUP)).toEqual(ROSTER);
      expect(await rosters.apply(left)).toBe(true);
      expect(of(state, id(3))).toEqual([]);
    },
  );

  it('a group that comes to the top behind a leave stays in no inbox of theirs', async () => {
    const { rosters, state, table: memory } = stored();
    await rosters.apply(left);
    await inboxProjection(memory).moveToTop(id(3), { conversation: GROUP, topAt: NOON }, undefined, []);
    expect(of(state, id(3))).toEqual([]);
  });
});
