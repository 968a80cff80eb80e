import fc from 'fast-check';
import { expect, it } from 'vitest';
import { projectMessages, type StoredMessage } from '../../../../functions/core/inbox/project-messages.ts';
import { readConversation } from '../../../../functions/core/inbox/read-inbox.ts';
import type { LogEntry } from '../../../../functions/core/messages/message.ts';
import { markRead } from '../../../../functions/core/receipts/move-receipt.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { groups } from '../../support/groups.ts';
import { changedTo, storedAs } from '../../support/inboxes.ts';
import { id } from '../../support/people.ts';

/** User 1 is the owner throughout. The others come and go. */
const PEOPLE = [1, 2, 3, 4] as const;

type Step =
  | { kind: 'say'; by: number; users: readonly number[]; all: boolean; read: number | undefined }
  | { kind: 'erase'; place: number }
  | { kind: 'mark'; by: number; place: number }
  | { kind: 'come or go'; n: number }
  | { kind: 'follow'; again: number; size: number };

const who = fc.constantFrom(...PEOPLE);
const place = fc.nat(1_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      by: who,
      users: fc.subarray([...PEOPLE]),
      all: fc.boolean(),
      read: fc.option(fc.nat(30), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('erase' as const), place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mark' as const), by: who, place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('come or go' as const), n: fc.constantFrom(2, 3, 4) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('follow' as const),
      again: fc.nat(3),
      size: fc.integer({ min: 1, max: 5 }),
    }),
  },
);

/** What was said, as it was written. */
interface Said {
  readonly by: number;
  readonly seq: number;
  readonly users: readonly number[];
  readonly all: boolean;
  /** Up to where its sender had read. */
  readonly read: number;
  erased: boolean;
}

it('a count of mentions is what a walk over the log says, however messages, deletions, reads and joins mix', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { create, own, log, presences, clock, table, say, del, put, remove, ...all } = groups();
      const group = await create(1, [2, 3]);
      const moving = { log, presences, now: clock.now, receipts: receiptStore(table) };
      const reading = { ...all.inbox, log, profiles: all.sending.profiles };
      const present = new Set([1, 2, 3]);
      const marks = new Map<number, number>();
      const said: Said[] = [];
      const stream: StoredMessage[] = [];
      let [length, followed] = [0, 0];
      const entryAt = async (seq: number) => (await log.at(await own(1, group), [seq]))[0] as LogEntry;
      const added = async () => {
        length += 1;
        stream.push(storedAs(await entryAt(length)));
      };
      const follow = async (again: number, size: number) => {
        const batch = stream.slice(Math.max(0, followed - again), followed + size);
        followed = Math.min(stream.length, followed + size);
        if (batch.length > 0) {
          await projectMessages(
            all.projection,
            batch.toSorted((one, other) => one.seq - other.seq),
          );
        }
      };
      await added();
      for (const one of steps) {
        if (one.kind === 'say' && present.has(one.by)) {
          const users = one.users.filter((n) => present.has(n));
          const mentions = {
            ...(users.length > 0 && { users: users.map(id) }),
            ...(one.all && { all: true as const }),
          };
          const more = { read: one.read, ...((users.length > 0 || one.all) && { mentions }) };
          const { seq, read } = await say(one.by, group, 'Hello', undefined, more);
          said.push({ ...one, users, seq, read, erased: false });
          await added();
        }
        if (one.kind === 'erase' && said.length > 0) {
          const chosen = said[one.place % said.length] as Said;
          const former = await entryAt(chosen.seq);
          await del(1, group, chosen.seq);
          if (!chosen.erased) stream.push(changedTo(await entryAt(chosen.seq), former));
          chosen.erased = true;
        }
        if (one.kind === 'mark' && present.has(one.by)) {
          const seq = 1 + (one.place % length);
          await markRead(moving, { conversation: await own(one.by, group), seq });
          marks.set(one.by, Math.max(marks.get(one.by) ?? 0, seq));
        }
        if (one.kind === 'come or go') {
          if (present.delete(one.n)) await remove(1, group, one.n);
          else {
            await put(1, group, one.n);
            present.add(one.n);
            marks.set(one.n, length + 1);
          }
          await added();
        }
        if (one.kind === 'follow') await follow(one.again, one.size);
      }
      await follow(2, stream.length);
      for (const n of present) {
        const written = said.filter(({ by }) => by === n).map(({ read }) => read);
        const readUpTo = Math.max(marks.get(n) ?? 0, ...written);
        const mentioning = said.filter(
          ({ by, seq, users, all: isAll, erased }) =>
            by !== n && seq > readUpTo && (isAll || (users.includes(n) && !erased)),
        );
        const [entry] = await all.entries(n);
        expect(entry).toMatchObject({ mentions: mentioning.length });
        expect(await readConversation(reading, await own(n, group))).toEqual(entry);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
