import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RECENT_MESSAGES, RETRY_REACH } from '../../../../functions/core/messages/find-earlier.ts';
import { messageStore } from '../../../../functions/storage/messages.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { State } from '../../../support/table/state.ts';
import { append } from '../../support/append-one.ts';
import { frozenClock } from '../../support/clock.ts';
import { ALICES, alice, BOBS, bob, countingIds, id, knowing } from '../../support/people.ts';

const PAGE_BYTES = 1_000;

/** What is said, over and over: by whom, how long, and whether it has a name. From nothing much to more than a page. */
const talk = fc.array(
  fc.record({
    conversation: fc.constantFrom(ALICES, BOBS),
    length: fc.constantFrom(1, 1, 20, 100, 400),
    isNamed: fc.nat(4).map((n) => n > 0),
  }),
  { minLength: 1, maxLength: 12 },
);

it('a retry finds its message anywhere within reach, however long the messages around it are', async () => {
  await fc.assert(
    fc.asyncProperty(
      talk,
      fc.integer({ min: 1, max: RETRY_REACH + 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      async (said, count, where, howFarBack) => {
        const log = messageStore(memoryTable(new State({ pageBytes: PAGE_BYTES })).table);
        const { now, wait } = frozenClock();
        const dependencies = {
          log,
          sendLimit: { messages: 1_000, seconds: 1 },
          profiles: knowing(alice, bob),
          newId: countingIds(100_000),
          now,
          random: () => 0,
          wait,
        };
        const draftAt = (seq: number) => {
          const { conversation, length, isNamed } = said[seq % said.length] as (typeof said)[number];
          const text = `${seq} ${'🦀'.repeat(length)}`;
          return { conversation, text, ...(isNamed && { clientId: id(seq) }) };
        };
        for (let seq = 1; seq <= count; seq += 1) await append(dependencies, draftAt(seq));

        const place = 1 + Math.floor(where * count);
        const furthest = Math.max(0, count - RETRY_REACH);
        const after =
          howFarBack === undefined ? undefined : furthest + Math.floor(howFarBack * (count - furthest));
        const retry = { ...draftAt(place), after };
        const isWithinReach = after === undefined ? place > count - RECENT_MESSAGES : place >= after;
        const isFound = retry.clientId !== undefined && isWithinReach;

        const { message, repeated } = await append(dependencies, retry);
        expect([message.seq, repeated]).toEqual(isFound ? [place, true] : [count + 1, false]);
        expect((await log.last(ALICES))?.seq).toBe(isFound ? count : count + 1);
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
