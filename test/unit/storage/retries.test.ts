import { expect, it } from 'vitest';
import { retryCounter } from '../../../functions/storage/counters.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { alice, bob, CONVERSATION } from '../support/people.ts';

const limit = { messages: 3, seconds: 10 };
const later = (seconds: number) => new Date(Date.parse(NOON) + seconds * 1000);

it('repeats are counted per sender and conversation, until the window that the first began is over', async () => {
  const { table } = memoryTable();
  const repeats = retryCounter(table);
  const count = (userId: string, conversation: string, at: Date) =>
    repeats.count(userId, conversation, limit, at);
  for (const seconds of [0, 1, 9]) {
    expect(await count(alice.id, CONVERSATION, later(seconds))).toBeUndefined();
  }
  expect(await count(alice.id, CONVERSATION, later(9))).toEqual(later(10));
  expect(await count(bob.id, CONVERSATION, later(9))).toBeUndefined();
  expect(await count(alice.id, 'another', later(9))).toBeUndefined();
  expect(await count(alice.id, CONVERSATION, later(10))).toBeUndefined();
});

it('of a thousand at once no more than the limit get through', async () => {
  const { table } = memoryTable();
  const repeats = retryCounter(table);
  const counted = await Promise.all(
    Array.from({ length: 1_000 }, () => repeats.count(alice.id, CONVERSATION, limit, later(0))),
  );
  expect(counted.filter((until) => until === undefined)).toHaveLength(3);
});
