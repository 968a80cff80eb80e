import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../functions/core/messages/message.ts';
import { fromLogEntry, toLogEntry } from '../../../functions/storage/log-entry.ts';
import { NOON } from '../support/clock.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';

const entry: LogEntry = {
  id: id(1007),
  conversation: CONVERSATION,
  seq: 7,
  senderId: bob.id,
  text: 'Hello',
  clientId: id(77),
  read: 7,
  createdAt: NOON,
  said: { [alice.id]: 3, [bob.id]: 4 },
  paces: { [bob.id]: { since: 100, count: 2 } },
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
  said: [3, 4],
  paces: [null, [100, 2]],
  recent: Uint8Array.of(1, 2, 3, 4),
};

describe('a message as an item', () => {
  it('has its conversation and place in the key alone, and members by their number in the conversation’s id', () => {
    expect(fromLogEntry(entry)).toEqual(item);
  });

  it.each([
    ['of both members', { [alice.id]: { since: 1, count: 1 }, [bob.id]: { since: 2, count: 3 } }],
    ['of the first member', { [alice.id]: { since: 1, count: 1 } }],
    ['of nobody', {}],
  ])('is read as it was written, with paces %s', (_, paces) => {
    const one = { ...entry, paces };
    expect(toLogEntry(fromLogEntry(one))).toEqual(one);
    expect(toLogEntry(unmarshall(marshall(fromLogEntry(one))))).toEqual(one);
  });

  it('without a client id is read without', () => {
    const { clientId: _, ...nameless } = entry;
    expect(toLogEntry(fromLogEntry(nameless))).toEqual(nameless);
    expect(toLogEntry(fromLogEntry(nameless))).not.toHaveProperty('clientId');
  });

  it('of 500 characters, carrying all that it can, fits into one write unit', () => {
    const full = {
      ...entry,
      read: 1_000_000,
      said: { [alice.id]: 1_000_000, [bob.id]: 1_000_000 },
      text: 'x'.repeat(500),
      paces: {
        [alice.id]: { since: 2_000_000_000, count: 20 },
        [bob.id]: { since: 2_000_000_000, count: 20 },
      },
      recent: new Uint8Array(200),
    };
    expect(sizeOf(fromLogEntry(full))).toBeLessThanOrEqual(1_024);
  });
});

/** An item's size as DynamoDB counts it: names and values, numbers by their digits, a byte or so for each element. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 2;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, part) => sum + 1 + sizeOf(part), 0);
  if (value === null) return 1;
  return Object.entries(value as object).reduce((sum, [name, part]) => sum + name.length + sizeOf(part), 0);
}
