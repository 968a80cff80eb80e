import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, MessageHistory } from '../../../../functions/core/messages/message.ts';
import { readMessages, type Window } from '../../../../functions/core/messages/read-messages.ts';
import { aMessage, anEntry } from '../../support/message-log.ts';
import { ALICES, BOBS } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** A history of so many messages that refuses a range which no Query may have. */
function historyOf(count: number) {
  const ranges: [number, number][] = [];
  const history: MessageHistory = {
    last: async () => (count > 0 ? anEntry(count) : undefined),
    range: async (_, lowest, highest) => {
      ranges.push([lowest, highest]);
      if (lowest > highest || lowest < 1 || highest > count) throw new Error(`${lowest} to ${highest}`);
      const all: Message[] = [];
      for (let seq = highest; seq >= lowest; seq -= 1) all.push(aMessage(seq));
      return all;
    },
  };
  return { history, ranges };
}

const read = async (count: number, window: Window) => {
  const page = await readMessages(historyOf(count).history, { conversation: ALICES, window });
  return page.messages.map(({ seq }) => seq);
};

describe('a part of a conversation', () => {
  it.each<[Window, number[]]>([
    [{ limit: 3 }, [8, 9, 10]],
    [{ limit: 100 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [{ before: 4, limit: 2 }, [2, 3]],
    [{ before: 4, limit: 9 }, [1, 2, 3]],
    [{ before: 1, limit: 9 }, []],
    [{ before: 0, limit: 9 }, []],
    [{ before: 99, limit: 2 }, [9, 10]],
    [{ before: Number.MAX_SAFE_INTEGER, limit: 1 }, [10]],
    [{ after: 4, limit: 2 }, [5, 6]],
    [{ after: 0, limit: 2 }, [1, 2]],
    [{ after: 8, limit: 9 }, [9, 10]],
    [{ after: 10, limit: 9 }, []],
    [{ after: Number.MAX_SAFE_INTEGER, limit: 100 }, []],
    [{ around: 5, limit: 1 }, [5]],
    [{ around: 5, limit: 2 }, [4, 5]],
    [{ around: 5, limit: 3 }, [4, 5, 6]],
    [{ around: 5, limit: 4 }, [3, 4, 5, 6]],
    [{ around: 1, limit: 4 }, [1, 2, 3, 4]],
    [{ around: 0, limit: 4 }, [1, 2, 3, 4]],
    [{ around: 10, limit: 4 }, [7, 8, 9, 10]],
    [{ around: 99, limit: 4 }, [7, 8, 9, 10]],
    [{ around: 5, limit: 100 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ])('of ten messages, %j, is %j', async (window, seqs) => {
    expect(await read(10, window)).toEqual(seqs);
  });

  it('has its messages oldest first, and the newest seq of the conversation', async () => {
    const { history, ranges } = historyOf(10);
    const request = { conversation: BOBS, window: { before: 4, limit: 2 } };
    expect(await readMessages(history, request)).toEqual({
      messages: [aMessage(2), aMessage(3)],
      last: 10,
      sides: { older: 2, newer: 3 },
    });
    expect(ranges).toEqual([[2, 3]]);
  });

  it('is not found in a conversation without a message', async () => {
    expect(await rejection(read(0, { limit: 5 }))).toEqual({ code: 'conversation_not_found' });
  });
});

const some = {
  count: fc.integer({ min: 1, max: 60 }),
  limit: fc.integer({ min: 1, max: 20 }),
  at: fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constant(Number.MAX_SAFE_INTEGER)),
};

describe('whatever the window', () => {
  it('`before` and `after` lead through the whole log, each message once', async () => {
    const edge = fc.constantFrom('before', 'after', 'around');
    await fc.assert(
      fc.asyncProperty(some.count, some.limit, some.at, edge, async (count, limit, at, from) => {
        const first = await read(count, { [from]: at, limit });
        // An empty part lies beyond an end: everything is on its other side.
        const end = from === 'before' ? 0 : count;
        const walked = [...first];
        for (;;) {
          const page = await read(count, { before: walked[0] ?? end + 1, limit });
          if (page.length === 0) break;
          walked.unshift(...page);
        }
        for (;;) {
          const page = await read(count, { after: walked.at(-1) ?? end, limit });
          if (page.length === 0) break;
          walked.push(...page);
        }
        expect(walked).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      }),
    );
  });

  it('the part around a message contains it, has the requested size, and is as even as the ends allow', async () => {
    await fc.assert(
      fc.asyncProperty(some.count, some.limit, fc.nat(), async (count, limit, n) => {
        const around = 1 + (n % count);
        const seqs = await read(count, { around, limit });
        expect(seqs).toContain(around);
        expect(seqs).toHaveLength(Math.min(limit, count));
        const [before, behind] = [seqs.indexOf(around), seqs.length - 1 - seqs.indexOf(around)];
        const touchesEnd = seqs[0] === 1 || seqs.at(-1) === count;
        if (!touchesEnd) expect(before - behind).toBe(limit % 2 === 0 ? 1 : 0);
      }),
    );
  });
});
