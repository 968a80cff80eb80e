import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairFor } from '../../../../functions/core/conversations/conversation.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { markRead, markReceived } from '../../../../functions/core/receipts/move-receipt.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { frozenClock } from '../../support/clock.ts';
import { anEntry } from '../../support/message-log.ts';
import { alice, bob, CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** Receipts in a table in memory, in a conversation of ten messages. */
function moving(messages = 10, presencesOf?: () => Promise<never>) {
  const { table, commands } = memoryTable();
  const clock = frozenClock();
  const receipts = receiptStore(table);
  const log = {
    last: async () => (messages > 0 ? anEntry(messages) : undefined),
    at: async (_: unknown, seqs: readonly number[]) =>
      seqs.filter((seq) => seq >= 1 && seq <= messages).map((seq) => anEntry(seq)),
  };
  const stored = presenceStore(table);
  const presences = { ...stored, ...(presencesOf && { of: presencesOf }) };
  const dependencies = { log, receipts, presences, now: clock.now };
  const request = (seq: number, conversation = CONVERSATION) => ({
    conversation: pairFor(conversation, alice.id),
    seq,
  });
  return {
    pass: clock.pass,
    commands,
    hide: (hidden: boolean, { id } = alice) => presences.hide(id, hidden),
    read: async (seq: number, conversation?: string) => markRead(dependencies, request(seq, conversation)),
    received: async (seq: number, conversation?: string) =>
      markReceived(dependencies, request(seq, conversation)),
    of: async (userId = alice.id) => {
      const { read, received } = await receipts.of(userId, CONVERSATION);
      return { read, received };
    },
  };
}

const MOVED = { moved: true, tells: [alice.id, bob.id] };
const NOT_MOVED = { moved: false, tells: [] };

describe.each(['read', 'received'] as const)('the %s receipt', (kind) => {
  it('stands if it cannot be read who may be told: then nobody else is', async () => {
    const receipts = moving(10, async () => {
      throw new Unavailable();
    });
    expect(await receipts[kind](7)).toEqual({ moved: true, tells: [alice.id] });
    expect((await receipts.of())[kind]).toBe(7);
    const bug = new TypeError('a bug');
    const broken = moving(10, async () => {
      throw bug;
    });
    await expect(broken[kind](7)).rejects.toBe(bug);
  });

  it('moves forward up to the last message', async () => {
    const receipts = moving();
    expect(await receipts[kind](1)).toEqual(MOVED);
    receipts.pass(2_000);
    expect(await receipts[kind](10)).toEqual(MOVED);
    expect((await receipts.of())[kind]).toBe(10);
  });

  it.each([
    ['backwards', 4],
    ['where it is', 5],
    ['beyond the last message', 11],
    ['as far as a number goes', Number.MAX_SAFE_INTEGER],
    ['before the first message', 0],
  ])('does not move %s, and the request still succeeds', async (_, seq) => {
    const receipts = moving();
    await receipts[kind](5);
    receipts.pass(2_000);
    expect(await receipts[kind](seq)).toEqual(NOT_MOVED);
    expect((await receipts.of())[kind]).toBe(5);
  });

  it('cannot exist before the first message', async () => {
    const receipts = moving();
    expect(await receipts[kind](0)).toEqual(NOT_MOVED);
    expect(receipts.commands).not.toContain('Update');
  });

  it('belongs to the reader alone', async () => {
    const receipts = moving();
    await receipts[kind](5);
    expect(await receipts.of(bob.id)).toEqual({ read: 0, received: 0 });
  });

  it.each([
    ['an empty conversation', CONVERSATION, 0],
    ['a conversation of others', `${id(8)}.${id(9)}`, 10],
    ['what is no conversation', 'x', 10],
  ])('is not found in %s, and nothing is stored', async (_, conversation, messages) => {
    const receipts = moving(messages);
    expect(await rejection(receipts[kind](1, conversation))).toEqual({ code: 'conversation_not_found' });
    expect(receipts.commands).not.toContain('Update');
  });

  it('ends at the highest valid seq, in any order of the requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }), async (seqs) => {
        const receipts = moving();
        for (const seq of seqs) {
          const before = (await receipts.of())[kind];
          const { moved } = await receipts[kind](seq);
          expect((await receipts.of())[kind]).toBe(moved ? seq : before);
          receipts.pass(2_000);
        }
        expect((await receipts.of())[kind]).toBe(Math.max(0, ...seqs.filter((seq) => seq <= 10)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the delivery receipt', () => {
  it.each([
    [0, 2],
    [1, 2],
    [999, 2],
    [1_000, 1],
    [1_999, 1],
  ])('is not written again %d ms later, and the answer is to retry in %d s', async (later, retryAfter) => {
    const receipts = moving();
    await receipts.received(1);
    receipts.pass(later);
    expect(await receipts.received(5)).toEqual({ ...NOT_MOVED, retryAfter });
    expect(receipts.commands.filter((name) => name === 'Update')).toHaveLength(1);
  });

  it('is written once for a burst of a hundred, and once more for the retry', async () => {
    const receipts = moving(100);
    const results = [];
    for (let seq = 1; seq <= 100; seq += 1) results.push(await receipts.received(seq));
    expect(results.filter(({ moved }) => moved)).toHaveLength(1);
    receipts.pass(Math.max(...results.map(({ retryAfter = 0 }) => retryAfter)) * 1_000);
    expect(await receipts.received(100)).toEqual(MOVED);
    expect(receipts.commands.filter((name) => name === 'Update')).toHaveLength(2);
  });

  it('does not ask for a retry that would not move it', async () => {
    const receipts = moving();
    await receipts.received(5);
    expect(await receipts.received(5)).toEqual(NOT_MOVED);
    expect(await receipts.received(11)).toEqual(NOT_MOVED);
  });

  it('is not written for a message that is already read', async () => {
    const receipts = moving();
    await receipts.read(5);
    expect(await receipts.received(5)).toEqual(NOT_MOVED);
    expect(await receipts.received(6)).toEqual(MOVED);
  });

  it('is written once, however many devices report a burst at the same time', async () => {
    const receipts = moving();
    const seqs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const results = await Promise.all(seqs.map((seq) => receipts.received(seq)));
    expect(results.filter(({ moved }) => moved)).toHaveLength(1);
    // Each of the others may come again: what it has to tell may be more.
    for (const { moved, retryAfter } of results) expect(retryAfter).toBe(moved ? undefined : 2);
  });

  it('is sent only to the own devices while the user hides, and to the other member again afterwards', async () => {
    const receipts = moving();
    await receipts.hide(true);
    expect(await receipts.received(1)).toEqual({ moved: true, tells: [alice.id] });
    receipts.pass(2_000);
    await receipts.hide(false);
    expect(await receipts.received(2)).toEqual(MOVED);
  });

  it('is not told to a member who hides their own presence', async () => {
    const receipts = moving();
    await receipts.hide(true, bob);
    expect(await receipts.received(1)).toEqual({ moved: true, tells: [alice.id] });
    expect(await receipts.read(1)).toEqual(MOVED);
  });

  it('is hidden with the presence, unlike a read receipt', async () => {
    const receipts = moving();
    await receipts.hide(true);
    expect(await receipts.read(1)).toEqual(MOVED);
  });

  it('never delays a read receipt', async () => {
    const receipts = moving();
    await receipts.received(5);
    expect(await receipts.read(5)).toEqual(MOVED);
    expect(await receipts.of()).toEqual({ read: 5, received: 5 });
  });
});
