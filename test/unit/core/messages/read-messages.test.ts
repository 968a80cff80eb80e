import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../functions/core/messages/message.ts';
import {
  type MessagesPage,
  readMessages,
  type Window,
} from '../../../../functions/core/messages/read-messages.ts';
import { type MemoryLog, memoryLog } from '../../support/message-log.ts';
import { ALICES, alice, BOBS, bob } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const read = async (count: number, window: Window) => {
  const page = await readMessages(memoryLog({ holding: count }), { conversation: ALICES, window });
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
    const history = memoryLog({ holding: 10 });
    const request = { conversation: BOBS, window: { before: 4, limit: 2 } };
    expect(await readMessages(history, request)).toEqual({
      messages: history.messages.slice(1, 3),
      last: 10,
      sides: { older: 2, newer: 3 },
    });
    expect(history.calls).toEqual(['last', 'up to 3 2']);
  });

  it('at the end of the log is one read, which also tells the newest seq, behind that of the last change', async () => {
    const history = memoryLog({ holding: 10 });
    await readMessages(history, { conversation: BOBS, window: { limit: 3 } });
    expect(history.calls).toEqual(['last change', 'up to the end 3']);
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

describe('a part of large messages', () => {
  /** What JSON has of a message, its text and what is beside it. */
  const wire = ({ text }: Message) => Buffer.byteLength(JSON.stringify(text)) + 400;
  const LARGEST = '🦀'.repeat(4_000);

  function holding(texts: readonly string[]) {
    const history = memoryLog();
    for (const text of texts) history.add({ text });
    return history;
  }
  const of = (history: MemoryLog, window: Window) => readMessages(history, { conversation: ALICES, window });
  const largest = (count: number) => holding(Array.from({ length: count }, () => LARGEST));

  it('ends at 256 KB, next to where it begins, and names what follows', async () => {
    const history = largest(60);
    for (const window of [{ limit: 100 }, { limit: 100, before: 31 }, { limit: 100, after: 30 }]) {
      const { messages, sides } = await of(history, window);
      expect(messages).toHaveLength(15);
      const seqs = messages.map(({ seq }) => seq);
      if (window.after !== undefined) expect([seqs[0], sides]).toEqual([31, { older: 31, newer: 45 }]);
      else if (window.before !== undefined)
        expect([seqs.at(-1), sides]).toEqual([30, { older: 16, newer: 30 }]);
      else expect([seqs.at(-1), sides]).toEqual([60, { older: 46, newer: undefined }]);
    }
  });

  it('around a message has that message, and as much on both sides', async () => {
    const { messages, sides } = await of(largest(60), { limit: 100, around: 30 });
    expect(messages.map(({ seq }) => seq)).toEqual([24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37]);
    expect(sides).toEqual({ older: 24, newer: 37 });
  });

  it('has ten of any size, so that an ordinary page is never cut', async () => {
    const history = holding(Array.from({ length: 40 }, () => '\u0001'.repeat(4_000)));
    for (const window of [{}, { before: 30 }, { after: 10 }, { around: 20 }]) {
      expect((await of(history, { limit: 10, ...window })).messages).toHaveLength(10);
    }
  });

  it('counts the reactions, and has ten all the same', async () => {
    const emoji = Array.from(
      { length: 20 },
      (_, n) => [`${'👩🏽'.repeat(4)}${n}`, [alice.id, bob.id]] as const,
    );
    const changed = { change: 1, version: 1, reactions: Object.fromEntries(emoji) };
    const history = memoryLog();
    for (let i = 0; i < 40; i += 1) history.add({ text: '\u0001'.repeat(4_000), changed });
    for (const window of [{}, { before: 30 }, { after: 10 }, { around: 20 }]) {
      expect((await of(history, { limit: 10, ...window })).messages).toHaveLength(10);
    }
    const small = memoryLog();
    for (let i = 0; i < 100; i += 1) small.add({ changed });
    const { messages } = await of(small, { limit: 100 });
    expect(messages.length).toBeGreaterThan(70);
    expect(messages.length).toBeLessThan(80);
  });

  it('is read in slices of at most 22, so that little is read in vain', async () => {
    const history = largest(60);
    await of(history, { limit: 100 });
    expect(history.calls).toEqual(['last change', 'up to the end 22']);
  });

  it('whatever the sizes, never exceeds 256 KB, reads no more than 420 KB, and leads through the whole log', async () => {
    const text = fc.constantFrom('a', 'b'.repeat(4_000), LARGEST, '\u0001'.repeat(4_000));
    const texts = fc.array(text, { minLength: 1, maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 100 }), fc.boolean(), async (said, limit, isBack) => {
        const history = holding(said);
        const walked: number[] = [];
        let edge: number | undefined = isBack ? undefined : 0;
        do {
          const before: number = history.calls.length;
          const { messages, sides }: MessagesPage = await of(history, {
            limit,
            ...(edge !== undefined && (isBack ? { before: edge } : { after: edge })),
          });
          expect(messages.reduce((sum, message) => sum + wire(message), 0)).toBeLessThanOrEqual(256 * 1024);
          const slices = history.calls.slice(before).filter((call) => call !== 'last');
          expect(readBytes(history, slices)).toBeLessThanOrEqual(420_000 + 17_000);
          const seqs = messages.map(({ seq }) => seq);
          if (isBack) walked.unshift(...seqs);
          else walked.push(...seqs);
          edge = isBack ? sides.older : sides.newer;
        } while (edge !== undefined);
        expect(walked).toEqual(said.map((_, i) => i + 1));
      }),
      { numRuns: 50 },
    );
  });

  /** What the store reads for such calls. */
  function readBytes({ messages }: MemoryLog, calls: readonly string[]): number {
    const sizes = calls.flatMap((call) => {
      const [, kind, at, limit] = /^(since|up to) (\d+|the end) (\d+)$/.exec(call) ?? [];
      const to = at === 'the end' ? messages.length : Number(at);
      const [low, high] =
        kind === 'since' ? [to - 1, to - 1 + Number(limit)] : [Math.max(0, to - Number(limit)), to];
      return messages.slice(low, high).map(({ text }) => Buffer.byteLength(text) + 500);
    });
    return sizes.reduce((sum, size) => sum + size, 0);
  }
});
