import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { groupOf, MAX_MEMBERS, type Roster } from '../../../functions/core/conversations/roster.ts';
import type { LogEntry } from '../../../functions/core/messages/message.ts';
import { fromLogEntry, toLogEntry } from '../../../functions/storage/log-entry.ts';
import { NOON } from '../support/clock.ts';
import { ALICES, alice, bob, CONVERSATION, id } from '../support/people.ts';
import { thrownBy } from '../support/rejection.ts';

const GROUP = id(700);
const entry: LogEntry = {
  id: id(1007),
  conversation: CONVERSATION,
  seq: 7,
  senderId: bob.id,
  text: 'Hello',
  clientId: id(77),
  read: 7,
  createdAt: NOON,
  counts: { 0: 3, 1: 4 },
  rates: { 1: { since: 100, count: 2 } },
  recent: Uint8Array.of(1, 2, 3, 4),
};
const item = {
  pk: `CONV#${CONVERSATION}`,
  sk: 'MSG#0000000000000007',
  id: id(1007),
  sender: 1,
  text: 'Hello',
  clientId: id(77),
  read: 7,
  createdAt: NOON,
  counts: { 0: 3, 1: 4 },
  rates: { 1: [100, 2] },
  recent: Uint8Array.of(1, 2, 3, 4),
};

describe('a message as an item', () => {
  it('has its conversation and `seq` only in the key, and names members by their number', () => {
    expect(fromLogEntry(ALICES, entry)).toEqual(item);
  });

  it.each([
    ['of both members', { 0: { since: 1, count: 1 }, 1: { since: 2, count: 3 } }],
    ['of the first member', { 0: { since: 1, count: 1 } }],
    ['of nobody', {}],
  ])('is the same after a write and a read, with send rates %s', (_, rates) => {
    const one = { ...entry, rates };
    expect(toLogEntry(ALICES, fromLogEntry(ALICES, one))).toEqual(one);
    expect(toLogEntry(ALICES, unmarshall(marshall(fromLogEntry(ALICES, one))))).toEqual(one);
  });

  it('can have no client id', () => {
    const { clientId: _, ...nameless } = entry;
    expect(toLogEntry(ALICES, fromLogEntry(ALICES, nameless))).toEqual(nameless);
    expect(toLogEntry(ALICES, fromLogEntry(ALICES, nameless))).not.toHaveProperty('clientId');
  });

  it('of 500 characters with all possible facts costs one write unit', () => {
    const full = {
      ...entry,
      read: 1_000_000,
      counts: { 0: 1_000_000, 1: 1_000_000 },
      text: 'x'.repeat(500),
      rates: { 0: { since: 2_000_000_000, count: 20 }, 1: { since: 2_000_000_000, count: 20 } },
      recent: new Uint8Array(200),
    };
    expect(sizeOfItem(fromLogEntry(ALICES, full))).toBeLessThanOrEqual(1_024);
  });
});

describe('an entry of a group', () => {
  /** Bob has left. User 3 has not joined yet for those who read this roster. */
  const before: Roster = {
    ...{ id: GROUP, version: 2, title: 'Trip', history: 'all' },
    members: [
      { userId: alice.id, role: 'owner', from: 1 },
      { userId: bob.id, role: undefined, from: 1 },
    ],
  };
  const joined = { userId: id(3), role: 'member', from: 7 } as const;
  const group = groupOf({ ...before, version: 3, members: [...before.members, joined] });
  const said: LogEntry = { ...entry, conversation: GROUP, events: 3, roster: 3 };
  const happened: LogEntry = {
    ...{ ...said, text: '', clientId: undefined },
    event: { type: 'joined', users: [id(3)] },
  };

  it.each<[string, LogEntry]>([
    ['a message', said],
    ['a message of somebody who has left', { ...said, senderId: bob.id }],
    ['a reaction', { ...said, changed: { change: 1, version: 1, reactions: { '👍': [id(3), bob.id] } } }],
    ['a mention by name', { ...said, mentions: { users: [id(3), bob.id] } }],
    ['a mention of all', { ...said, mentions: { all: true }, alls: { 1: 1, 2: 300 } }],
    ['a mention of both kinds', { ...said, mentions: { users: [alice.id], all: true }, alls: { 1: 1 } }],
    ['a joining', happened],
    ['a new title', { ...happened, event: { type: 'renamed', title: 'Journey' } }],
    [
      'other settings',
      { ...happened, event: { type: 'changed', fields: ['title', 'who'], title: 'Journey' } },
    ],
    ['a role', { ...happened, event: { type: 'role', users: [id(3)], role: 'reader' } }],
    ['the beginning', { ...happened, event: { type: 'created', title: 'Trip', users: [alice.id, bob.id] } }],
  ])('is the same after a write and a read: %s', (_, one) => {
    const stored = marshall(fromLogEntry(group, one), { removeUndefinedValues: true });
    expect(toLogEntry(group, unmarshall(stored))).toEqual(one);
  });

  it('of 200 characters that mentions ten of a hundred members costs one write unit', () => {
    const numbers = Array.from({ length: MAX_MEMBERS }, (_, n) => n);
    const members = numbers.map((n) => ({ userId: id(100 + n), role: 'member', from: 1 }) as const);
    const crowd = groupOf({ ...before, members });
    const full: LogEntry = {
      ...said,
      ...{ senderId: id(199), text: 'x'.repeat(200), read: 1_000_000, replyTo: 1_000_000 },
      ...{ events: 1_000, roster: 1_000, recent: new Uint8Array(200) },
      counts: Object.fromEntries(numbers.map((n) => [n, 10_000])),
      alls: Object.fromEntries(numbers.map((n) => [n, 100])),
      rates: Object.fromEntries(
        numbers.slice(0, 10).map((n) => [n, { since: Date.parse(NOON) / 1000, count: 20 }]),
      ),
      mentions: { users: members.slice(0, 10).map(({ userId }) => userId) },
    };
    expect(sizeOfItem(fromLogEntry(crowd, full))).toBeLessThanOrEqual(1_024);
  });

  it('names the members whom it is about by their number', () => {
    expect(fromLogEntry(group, happened)).toMatchObject({
      ...{ sender: 1, event: { type: 'joined', users: [2] }, events: 3, roster: 3 },
    });
  });

  it.each<[string, LogEntry]>([
    ['its sender', { ...said, senderId: id(3) }],
    ['its event', happened],
    ['its mentions', { ...said, mentions: { users: [id(3)] } }],
    ['a reaction', { ...said, changed: { change: 1, version: 1, reactions: { '👍': [id(3)] } } }],
  ])('is not read under a roster that lacks somebody of %s: the reader asks again', (_, one) => {
    const item = fromLogEntry(group, one);
    expect(thrownBy(() => toLogEntry(groupOf(before), item))).toMatchObject({ code: 'busy' });
  });

  it('keeps the own data as compact JSON, with any names and in their order', () => {
    const custom = JSON.parse('{"b":1,"__proto__":{"a":null},"a":[]}');
    const stored = fromLogEntry(ALICES, { ...entry, custom });
    expect(stored).toMatchObject({ custom: '{"b":1,"__proto__":{"a":null},"a":[]}' });
    expect(JSON.stringify(toLogEntry(ALICES, stored).custom)).toBe(stored.custom);
  });
});

/** An item's size as DynamoDB counts it: names and values. */
function sizeOfItem(item: Record<string, unknown>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + sizeOf(value), 0);
}

/** Numbers count by their digits; lists and maps have 3 bytes of overhead, and one more for each element. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 2;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, part) => sum + 1 + sizeOf(part), 0);
  if (value === null) return 1;
  return Object.entries(value as object).reduce(
    (sum, [name, part]) => sum + name.length + 1 + sizeOf(part),
    3,
  );
}
