import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, deletedPerson } from '../../../../functions/core/accounts/account.ts';
import type { InboxPosition, InboxProjection } from '../../../../functions/core/inbox/inbox.ts';
import { projectMessages } from '../../../../functions/core/inbox/project-messages.ts';
import type { ByMember, LogEntry } from '../../../../functions/core/messages/message.ts';
import type { ReadReceipt } from '../../../../functions/core/receipts/receipt.ts';
import { Killed } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { inboxes, saying, storedAs } from '../../support/inboxes.ts';
import { anEntry } from '../../support/message-log.ts';
import { alice, bob, CONVERSATION, id, knowing, NO_GROUPS } from '../../support/people.ts';

/** A projection with scripted answers, which records every step. */
function scripted({
  last = 0,
  receipts = {},
  log = [],
  top,
  former = top?.conversation === CONVERSATION ? top : undefined,
  people = [alice, bob],
  deleted,
}: {
  last?: number;
  receipts?: ByMember<ReadReceipt>;
  /** What the log holds besides what is followed. */
  log?: readonly LogEntry[];
  top?: InboxPosition;
  former?: InboxPosition;
  people?: readonly Account[];
  deleted?: string;
} = {}) {
  const steps: unknown[] = [];
  const inbox: InboxProjection = {
    summary: async () => (last > 0 ? { last: { ...noted, seq: last }, receipts } : undefined),
    summarize: async ({ id }, { last, receipts }) => void steps.push(['summarize', id, last, receipts]),
    showChanged: async ({ id }, { seq, text }) => void steps.push(['showChanged', id, seq, text]),
    notes: async () => undefined,
    note: async () => {},
    top: async () => top,
    positionOf: async () => former,
    moveToTop: async (...args) => void steps.push(['moveToTop', ...args]),
  };
  const reads: number[] = [];
  const at = async (_: unknown, seqs: readonly number[]) => {
    reads.push(...seqs);
    return log.filter(({ seq }) => seqs.includes(seq));
  };
  const known = knowing(...people);
  const personOf = async (userId: string) =>
    userId === deleted ? deletedPerson(userId) : known.personOf(userId);
  const profiles = { ...known, personOf };
  const dependencies = { inbox, log: { at }, ...NO_GROUPS, profiles, now: frozenClock().now };
  const follow = (...messages: LogEntry[]) => projectMessages(dependencies, messages.map(storedAs));
  return { steps, reads, follow };
}

const toBob = { id: bob.id, username: 'bob' };
const toAlice = { id: alice.id, username: 'Alice' };
const place = { conversation: CONVERSATION, topAt: NOON };
const noted = {
  seq: 1,
  id: id(1001),
  senderId: alice.id,
  text: 'message 1',
  createdAt: NOON,
  counts: { 0: 1 },
};
/** Nobody else said anything. */
const readBy = (member: number, seq: number, others = 0) => ({ [member]: { seq, others } });

/** Alice says everything, and has read it. */
const aMessage = (seq: number): LogEntry => ({ ...anEntry(seq), read: seq, counts: { 0: seq } });

describe('a new message', () => {
  it('moves its conversation to the top of both inboxes before it becomes the summary', async () => {
    const { steps, follow } = scripted();
    await follow(aMessage(1));
    expect(steps).toEqual([
      ['moveToTop', alice.id, place, toBob, []],
      ['moveToTop', bob.id, place, toAlice, []],
      ['summarize', CONVERSATION, noted, readBy(0, 1)],
    ]);
  });

  it('removes its conversation from the former position', async () => {
    const former = { conversation: CONVERSATION, topAt: '2026-11-22T12:00:00.000Z' };
    const { steps, follow } = scripted({ former });
    await follow(aMessage(1));
    expect(steps[0]).toEqual(['moveToTop', alice.id, place, toBob, [former]]);
  });

  it('writes only the summary while its conversation is at the top', async () => {
    const { steps, follow } = scripted({ top: { ...place, topAt: '2026-11-22T12:00:00.000Z' } });
    await follow(aMessage(1));
    expect(steps).toEqual([['summarize', CONVERSATION, noted, readBy(0, 1)]]);
  });

  it('repeats a move that ended before the membership named the new position', async () => {
    const former = { conversation: CONVERSATION, topAt: '2026-11-21T12:00:00.000Z' };
    const top = { conversation: CONVERSATION, topAt: '2026-11-22T12:00:00.000Z' };
    const { steps, follow } = scripted({ top, former });
    await follow(aMessage(1));
    expect(steps[0]).toEqual(['moveToTop', alice.id, place, toBob, [former, top]]);
  });

  it.each([
    ['behind', '2026-11-23T11:59:59.999Z', NOON],
    ['at the same time as', NOON, '2026-11-23T12:00:00.001Z'],
    ['ahead of', '2026-11-23T12:00:07.000Z', '2026-11-23T12:00:07.001Z'],
  ])('comes on top of what a clock %s its own put there', async (_, formerTop, topAt) => {
    const { steps, follow } = scripted({ top: { conversation: `${alice.id}.${id(3)}`, topAt: formerTop } });
    await follow(aMessage(1));
    expect(steps[0]).toEqual(['moveToTop', alice.id, { ...place, topAt }, toBob, []]);
  });

  it('is summarized by its beginning, cut between characters', async () => {
    const { steps, follow } = scripted({ top: place });
    await follow({ ...aMessage(1), text: '🦀'.repeat(200) });
    expect(steps).toEqual([
      ['summarize', CONVERSATION, { ...noted, text: `${'🦀'.repeat(119)}…` }, readBy(0, 1)],
    ]);
  });
});

describe('messages that come together', () => {
  it('are summarized once, with the read position of each member', async () => {
    const { steps, reads, follow } = scripted({ top: place });
    const counts = { 0: 2, 1: 1 };
    const fromBob = { ...aMessage(3), senderId: bob.id, counts };
    await follow(aMessage(1), aMessage(2), fromBob, { ...aMessage(4), counts: { ...counts, 0: 3 } });
    const last = { ...noted, seq: 4, id: id(1004), text: 'message 4', counts: { 0: 3, 1: 1 } };
    expect(steps).toEqual([['summarize', CONVERSATION, last, { ...readBy(0, 4, 1), ...readBy(1, 3, 2) }]]);
    expect(reads).toEqual([]);
  });

  it.each([4, 5])('change nothing when the summary is already at %d', async (last) => {
    const { steps, follow } = scripted({ last });
    await follow(aMessage(3), aMessage(4));
    expect(steps).toEqual([]);
  });

  it('are all handled when the summary covers only some of them', async () => {
    const { steps, follow } = scripted({ last: 3, top: place });
    await follow(aMessage(3), aMessage(4));
    expect(steps).toMatchObject([['summarize', CONVERSATION, { seq: 4 }, readBy(0, 4)]]);
  });

  it('may be none, or of no conversation', async () => {
    const { steps, follow } = scripted();
    await follow();
    await follow({ ...aMessage(1), conversation: 'x' });
    expect(steps).toEqual([]);
  });

  it('come to the inbox of a user whose peer is deleted, and not into that of a deleted account', async () => {
    const { steps, follow } = scripted({ people: [alice], deleted: bob.id });
    await follow(aMessage(1));
    expect(steps).toHaveLength(2);
    const peer = { id: bob.id, username: 'Deleted account' };
    expect(steps[0]).toEqual(['moveToTop', alice.id, place, peer, []]);
    expect(steps[1]).toContain('summarize');
  });

  it('add nothing to the inbox of a user whose peer never was', async () => {
    const { steps, follow } = scripted();
    await follow({ ...aMessage(1), conversation: `${alice.id}.${id(404)}` });
    expect(steps).toHaveLength(1);
    expect(steps[0]).toContain('summarize');
  });
});

describe('a sender who has not read the messages before', () => {
  const counts = { 0: 4, 1: 3 };
  const second = { ...anEntry(2), senderId: bob.id, counts: { 0: 1, 1: 1 } };
  const unseen = (read: number): LogEntry => ({ ...anEntry(7), read, counts });

  it('keeps the carried read position, and the log tells the number of messages of others', async () => {
    const { steps, reads, follow } = scripted({ last: 6, log: [second], top: place });
    await follow(unseen(2));
    expect(steps).toMatchObject([['summarize', CONVERSATION, { seq: 7 }, readBy(0, 2, 1)]]);
    expect(reads).toEqual([2]);
  });

  it.each([
    ['nothing is known of what they had', 0],
    ['they had no more than what they had read already', 4],
  ])('keeps the former read position without a read when %s', async (_, read) => {
    const receipts = { ...readBy(0, 4, 2), ...readBy(1, 6, 3) };
    const { steps, reads, follow } = scripted({ last: 6, receipts, log: [second], top: place });
    await follow(unseen(read));
    expect(steps).toMatchObject([['summarize', CONVERSATION, { seq: 7 }, receipts]]);
    expect(reads).toEqual([]);
  });
});

describe('the inboxes', () => {
  it('are ordered by the last message and count unread messages', async () => {
    const { follow, inboxOf, clock } = inboxes();
    await follow(saying(2, 1, 1), saying(2, 1, 2));
    clock.pass(1_000);
    await follow(saying(3, 1, 1));
    expect(await inboxOf(1)).toEqual([
      ['user3', 1, 1],
      ['user2', 2, 2],
    ]);
    clock.pass(1_000);
    // The answer was written when only the first message was there.
    await follow(saying(1, 2, 3, 1));
    expect(await inboxOf(1)).toEqual([
      ['user2', 3, 1],
      ['user3', 1, 1],
    ]);
    expect(await inboxOf(2)).toEqual([['user1', 3, 1]]);
    // An own message is never unread, not even of somebody who never reads.
    await follow(saying(1, 2, 4, 3));
    expect(await inboxOf(1)).toMatchObject([
      ['user2', 4, 0],
      ['user3', 1, 1],
    ]);
    expect(await inboxOf(2)).toEqual([['user1', 4, 2]]);
    expect(await inboxOf(4)).toEqual([]);
  });

  it('hold one position of each conversation, however often it moved to the top', async () => {
    const { follow, positions, inboxOf } = inboxes();
    for (let seq = 1; seq <= 5; seq += 1) {
      await follow(saying(2, 1, seq));
      await follow(saying(3, 1, seq));
    }
    expect(positions(1)).toHaveLength(2);
    expect((await inboxOf(1)).map(([peer]) => peer)).toEqual(['user3', 'user2']);
  });

  it('cost one summary for a burst in the conversation at the top', async () => {
    const { follow, commands } = inboxes();
    await follow(saying(2, 1, 1));
    commands.length = 0;
    await follow(
      ...Array.from({ length: 20 }, (_, i) => saying(i % 2 === 0 ? 1 : 2, i % 2 === 0 ? 2 : 1, i + 2)),
    );
    expect(commands).toEqual(['Get', 'Query', 'Get', 'Query', 'Get', 'Update']);
  });

  it('stay the same when the stream repeats, from any point', async () => {
    const { follow, inboxOf, state } = inboxes();
    const batches = [[saying(2, 1, 1), saying(1, 2, 2)], [saying(3, 1, 1)], [saying(2, 1, 3)]] as const;
    for (const batch of batches) await follow(...batch);
    const everything = () => state.partitionKeys().map((pk) => state.partition(pk));
    const before = structuredClone(everything());
    for (const from of [0, 1, 2]) {
      for (const batch of batches.slice(from)) await follow(...batch);
    }
    expect(everything()).toEqual(before);
    expect(await inboxOf(1)).toEqual([
      ['user2', 3, 1],
      ['user3', 1, 1],
    ]);
  });

  it('are the same after a function was killed between any two steps and repeated', async () => {
    /** Runs of messages of one conversation each, as a batch of the stream holds them. */
    const batch = fc.record({
      peer: fc.integer({ min: 2, max: 4 }),
      senders: fc.array(fc.tuple(fc.boolean(), fc.nat(3)), { minLength: 1, maxLength: 3 }),
      kills: fc.array(fc.nat({ max: 14 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
        const [sound, killed] = [inboxes(), inboxes()];
        const seqs = new Map<number, number>();
        for (const { peer, senders, kills } of batches) {
          const messages = senders.map(([isOwn, back]) => {
            const seq = (seqs.get(peer) ?? 0) + 1;
            seqs.set(peer, seq);
            const read = Math.max(0, seq - back);
            return isOwn ? saying(1, peer, seq, read) : saying(peer, 1, seq, read);
          });
          await sound.follow(...messages);
          for (const kill of kills) {
            killed.killAfter(kill);
            await killed.follow(...messages).catch((error) => expect(error).toBeInstanceOf(Killed));
          }
          killed.killAfter(Number.POSITIVE_INFINITY);
          await killed.follow(...messages);
          for (const n of [1, 2, 3, 4]) expect(await killed.inboxOf(n)).toEqual(await sound.inboxOf(n));
          sound.clock.pass(1_000);
          killed.clock.pass(1_000);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lose no conversation when another one moves to the top between a crash and its repetition', async () => {
    const batch = fc.record({
      peer: fc.integer({ min: 2, max: 4 }),
      kill: fc.nat({ max: 14 }),
      meanwhile: fc.array(fc.integer({ min: 2, max: 4 }), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), async (batches) => {
        const { follow, killAfter, inboxOf, clock } = inboxes();
        const seqs = new Map<number, number>();
        const next = (peer: number) => {
          seqs.set(peer, (seqs.get(peer) ?? 0) + 1);
          return saying(peer, 1, seqs.get(peer) as number);
        };
        for (const { peer, kill, meanwhile } of batches) {
          const message = next(peer);
          killAfter(kill);
          await follow(message).catch((error) => expect(error).toBeInstanceOf(Killed));
          killAfter(Number.POSITIVE_INFINITY);
          // A shard keeps the order of its conversations: only others may overtake.
          for (const other of meanwhile) if (other !== peer) await follow(next(other));
          await follow(message);
          clock.pass(1_000);
          const all = [...seqs].map(([n, seq]) => [`user${n}`, seq, seq]);
          expect((await inboxOf(1)).sort()).toEqual(all.sort());
          for (const [n, seq] of seqs) expect(await inboxOf(n)).toEqual([['user1', seq, 0]]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
