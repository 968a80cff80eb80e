import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markRead, markReceived } from '../../../../functions/core/receipts/move-receipt.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { markStore } from '../../../../functions/storage/receipts.ts';
import { frozenClock } from '../../support/clock.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { anEntry } from '../../support/message-log.ts';
import { alice, bob, CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** Marks in a table in memory, in a conversation of ten messages. */
function marking(messages = 10) {
  const { table, commands } = memoryTable();
  const clock = frozenClock();
  const marks = markStore(table);
  const history = {
    last: async () => (messages > 0 ? anEntry(messages) : undefined),
    at: async (_: string, seqs: readonly number[]) =>
      seqs.filter((seq) => seq >= 1 && seq <= messages).map((seq) => anEntry(seq)),
  };
  const presences = presenceStore(table);
  const dependencies = { history, marks, presences, now: clock.now };
  const request = (seq: number, conversation = CONVERSATION) => ({ userId: alice.id, conversation, seq });
  return {
    pass: clock.pass,
    commands,
    hide: (hidden: boolean) => presences.hide(alice.id, hidden),
    read: (seq: number, conversation?: string) => markRead(dependencies, request(seq, conversation)),
    received: (seq: number, conversation?: string) => markReceived(dependencies, request(seq, conversation)),
    of: async (userId = alice.id) => {
      const { read, received } = await marks.of(userId, CONVERSATION);
      return { read, received };
    },
  };
}

const MOVED = { moved: true, tells: [alice.id, bob.id] };
const NOT_MOVED = { moved: false, tells: [] };

describe.each(['read', 'received'] as const)('the mark of what was %s', (kind) => {
  it('moves forward, up to the last message', async () => {
    const marks = marking();
    expect(await marks[kind](1)).toEqual(MOVED);
    marks.pass(2_000);
    expect(await marks[kind](10)).toEqual(MOVED);
    expect((await marks.of())[kind]).toBe(10);
  });

  it.each([
    ['backwards', 4],
    ['where it is', 5],
    ['beyond the last message', 11],
    ['as far as a number goes', Number.MAX_SAFE_INTEGER],
    ['before the first message', 0],
  ])('does not move %s, which is accepted all the same', async (_, seq) => {
    const marks = marking();
    await marks[kind](5);
    marks.pass(2_000);
    expect(await marks[kind](seq)).toEqual(NOT_MOVED);
    expect((await marks.of())[kind]).toBe(5);
  });

  it('does not begin before the first message', async () => {
    const marks = marking();
    expect(await marks[kind](0)).toEqual(NOT_MOVED);
    expect(marks.commands).not.toContain('Update');
  });

  it('is the reader’s own', async () => {
    const marks = marking();
    await marks[kind](5);
    expect(await marks.of(bob.id)).toEqual({ read: 0, received: 0 });
  });

  it.each([
    ['an empty conversation', CONVERSATION, 0],
    ['a conversation of others', `${id(8)}.${id(9)}`, 10],
    ['what is no conversation', 'x', 10],
  ])('is not found in %s, and nothing is stored', async (_, conversation, messages) => {
    const marks = marking(messages);
    expect(await rejection(marks[kind](1, conversation))).toEqual({ code: 'conversation_not_found' });
    expect(marks.commands).not.toContain('Update');
  });

  it('ends where the furthest of all that were valid was, in whatever order they came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }), async (seqs) => {
        const marks = marking();
        for (const seq of seqs) {
          const before = (await marks.of())[kind];
          const { moved } = await marks[kind](seq);
          expect((await marks.of())[kind]).toBe(moved ? seq : before);
          marks.pass(2_000);
        }
        expect((await marks.of())[kind]).toBe(Math.max(0, ...seqs.filter((seq) => seq <= 10)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the mark of what was received', () => {
  it.each([
    [0, 2],
    [1, 2],
    [999, 2],
    [1_000, 1],
    [1_999, 1],
  ])('is not written again %d ms later: come again in %d s', async (later, retryAfter) => {
    const marks = marking();
    await marks.received(1);
    marks.pass(later);
    expect(await marks.received(5)).toEqual({ ...NOT_MOVED, retryAfter });
    expect(marks.commands.filter((name) => name === 'Update')).toHaveLength(1);
  });

  it('is written once for a burst of a hundred, and once more for who comes again as told', async () => {
    const marks = marking(100);
    const results = [];
    for (let seq = 1; seq <= 100; seq += 1) results.push(await marks.received(seq));
    expect(results.filter(({ moved }) => moved)).toHaveLength(1);
    marks.pass(Math.max(...results.map(({ retryAfter = 0 }) => retryAfter)) * 1_000);
    expect(await marks.received(100)).toEqual(MOVED);
    expect(marks.commands.filter((name) => name === 'Update')).toHaveLength(2);
  });

  it('does not ask to come again for what would not move', async () => {
    const marks = marking();
    await marks.received(5);
    expect(await marks.received(5)).toEqual(NOT_MOVED);
    expect(await marks.received(11)).toEqual(NOT_MOVED);
  });

  it('is not written for what was read already, which says as much', async () => {
    const marks = marking();
    await marks.read(5);
    expect(await marks.received(5)).toEqual(NOT_MOVED);
    expect(await marks.received(6)).toEqual(MOVED);
  });

  it('is written once, however many devices tell of a burst at the same moment', async () => {
    const marks = marking();
    const seqs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const results = await Promise.all(seqs.map((seq) => marks.received(seq)));
    expect(results.filter(({ moved }) => moved)).toHaveLength(1);
    // Each of the others may come again: what it has to tell may be more.
    for (const { moved, retryAfter } of results) expect(retryAfter).toBe(moved ? undefined : 2);
  });

  it('is told to the own devices alone while one hides, and to the other member again once one does not', async () => {
    const marks = marking();
    await marks.hide(true);
    expect(await marks.received(1)).toEqual({ moved: true, tells: [alice.id] });
    marks.pass(2_000);
    await marks.hide(false);
    expect(await marks.received(2)).toEqual(MOVED);
  });

  it('of what was read is told to the other member all the same: to read is an act of one’s own', async () => {
    const marks = marking();
    await marks.hide(true);
    expect(await marks.read(1)).toEqual(MOVED);
  });

  it('never delays the mark of what was read', async () => {
    const marks = marking();
    await marks.received(5);
    expect(await marks.read(5)).toEqual(MOVED);
    expect(await marks.of()).toEqual({ read: 5, received: 5 });
  });
});
