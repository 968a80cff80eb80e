import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pairFor } from '../../../../functions/core/conversations/conversation.ts';
import { readConversation, readInbox } from '../../../../functions/core/inbox/read-inbox.ts';
import { markRead } from '../../../../functions/core/receipts/move-receipt.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { append } from '../../support/append-one.ts';
import { inboxes, person } from '../../support/inboxes.ts';
import { CONVERSATION, countingIds, id, knowing } from '../../support/people.ts';

const who = fc.constantFrom(1, 2);
const place = fc.option(fc.nat(12), { nil: undefined });

type Step =
  | { kind: 'say'; by: number; after: number | undefined; read: number | undefined }
  | { kind: 'mark'; by: number; seq: number }
  | { kind: 'follow'; again: number; size: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('say' as const), by: who, after: place, read: place }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mark' as const), by: who, seq: fc.nat(14) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('follow' as const),
      again: fc.nat(2),
      size: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

/** What each message says of its sender's reading: what they had seen, if it was there then. */
interface Said {
  readonly by: number;
  readonly seen: number;
}

/** The rule, counted one by one. */
class Model {
  readonly log: Said[] = [];
  readonly marks = new Map<number, number>();
  followed = 0;

  /** Up to where somebody has read, of what is known when the log is known up to `end`. */
  readUpTo(userId: number, end: number, known: number): number {
    const written = this.log.slice(0, known).filter(({ by }) => by === userId);
    // What comes last is known, and so is what its sender wrote directly before it.
    const lastOfOther = this.log.slice(0, end).findLastIndex(({ by }) => by !== userId);
    const atTheEnd = end > known ? this.log.slice(lastOfOther + 1, end) : [];
    return Math.max(this.marks.get(userId) ?? 0, ...[...written, ...atTheEnd].map(({ seen }) => seen));
  }

  unread(userId: number, end: number): number {
    const read = this.readUpTo(userId, end, this.followed);
    return this.log.slice(0, end).filter(({ by }, i) => by !== userId && i + 1 > read).length;
  }
}

it('the unread count is the number of messages of others after the read receipt, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
      const { table, reader, log, follow, clock } = inboxes();
      const receipts = receiptStore(table);
      const own = (user: number) => pairFor(CONVERSATION, id(user));
      const model = new Model();
      const sending = {
        log,
        sendLimit: { messages: 1_000, seconds: 1 },
        profiles: knowing(person(1), person(2)),
        newId: countingIds(1_000),
        now: clock.now,
        random: () => 0,
        wait: async () => {},
      };
      for (const one of steps) {
        const end = model.log.length;
        if (one.kind === 'say') {
          const after = one.after === undefined ? undefined : Math.min(one.after, end);
          await append(sending, {
            conversation: own(one.by),
            text: 'Hello',
            clientId: id(10_000 + end),
            after,
            read: one.read,
          });
          model.log.push({ by: one.by, seen: Math.min(one.read ?? after ?? 0, end) });
        }
        if (one.kind === 'mark' && end > 0) {
          const request = { conversation: own(one.by), seq: one.seq };
          const { moved } = await markRead(
            { log, receipts, presences: reader.presences, now: clock.now },
            request,
          );
          const before = model.marks.get(one.by) ?? 0;
          expect(moved).toBe(one.seq > before && one.seq <= end);
          if (moved) model.marks.set(one.by, one.seq);
        }
        if (one.kind === 'follow' && end > 0) {
          const from = Math.max(1, model.followed + 1 - one.again);
          const seqs = Array.from({ length: one.size + one.again }, (_, i) => from + i);
          await follow(...(await log.at(own(1), seqs)));
          model.followed = Math.max(model.followed, Math.min(end, from + one.size + one.again - 1));
          clock.pass(1_000);
        }
        for (const user of [1, 2]) {
          const entries = (await readInbox(reader, { userId: id(user), limit: 10 })).entries;
          expect(entries.map(({ unread }) => unread)).toEqual(
            model.followed > 0 ? [model.unread(user, model.followed)] : [],
          );
          if (model.log.length === 0) continue;
          const { unread, own: receiptsOfUser } = await readConversation(
            { ...reader, log, profiles: knowing(person(1), person(2)) },
            own(user),
          );
          expect(unread).toBe(model.unread(user, model.log.length));
          // One's own messages directly behind what one has read may be told as read; another's never.
          const read = model.readUpTo(user, model.log.length, model.followed);
          expect(receiptsOfUser.read).toBeGreaterThanOrEqual(read);
          expect(model.log.slice(read, receiptsOfUser.read).filter(({ by }) => by !== user)).toEqual([]);
        }
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
