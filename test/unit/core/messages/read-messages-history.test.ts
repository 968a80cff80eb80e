import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryWindow, readHistory } from '../../../../functions/core/messages/read-messages.ts';
import { memoryLog } from '../../support/message-log.ts';
import { alice, bob, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const profiles = knowing(alice, bob);
const peer = { id: bob.id, username: 'bob' };

function read(holding: number, page: HistoryWindow, peerId = bob.id) {
  const history = memoryLog({ holding });
  return { history, page: readHistory({ profiles, history }, { userId: alice.id, peerId, window: page }) };
}

describe('a page of history', () => {
  it('has the newest messages first, and the number of all messages', async () => {
    const { history, page } = read(5, { limit: 2, offset: 0 });
    expect(await page).toEqual({
      count: 5,
      messages: [history.messages[4], history.messages[3]],
      peer,
      sides: { older: 4, newer: undefined },
    });
  });

  it('skips `offset` messages by arithmetic and reads only the page', async () => {
    const { history, page } = read(100, { limit: 10, offset: 30 });
    expect((await page).messages.map(({ seq }) => seq)).toEqual([70, 69, 68, 67, 66, 65, 64, 63, 62, 61]);
    expect(history.calls).toEqual(['last', 'up to 70 10']);
  });

  it('ends with the first message', async () => {
    const { history, page } = read(3, { limit: 10, offset: 1 });
    expect((await page).messages.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(history.calls).toEqual(['last', 'up to 2 10']);
  });

  it.each([
    ['behind the first message', 5, 5],
    ['as far as a number goes', 5, Number.MAX_SAFE_INTEGER],
    ['in an empty conversation', 0, 0],
  ])('is empty %s, without a read', async (_, holding, offset) => {
    const { history, page } = read(holding, { limit: 100, offset });
    const sides = { older: undefined, newer: holding > 0 ? 0 : undefined };
    expect(await page).toEqual({ count: holding, messages: [], peer, sides });
    expect(history.calls).toHaveLength(1);
  });

  it.each(['', 'bob', '42', 'ABCDEF00-0000-4000-8000-000000000001', `${id(2)} `, '../users', id(404)])(
    'with %j is not found',
    async (peerId) => {
      expect(await rejection(read(1, { limit: 10, offset: 0 }, peerId).page)).toEqual({
        code: 'user_not_found',
      });
    },
  );

  it.each<[Omit<HistoryWindow, 'offset'>, number[], { older?: number; newer?: number }]>([
    [{ limit: 2, before: 4 }, [3, 2], { older: 2, newer: 3 }],
    [{ limit: 2, before: 99 }, [5, 4], { older: 4 }],
    [{ limit: 2, before: 1 }, [], { newer: 0 }],
    [{ limit: 2, before: 0 }, [], { newer: 0 }],
    [{ limit: 2, after: 0 }, [2, 1], { newer: 2 }],
    [{ limit: 5, after: 0 }, [5, 4, 3, 2, 1], {}],
    [{ limit: 2, after: 4 }, [5], { older: 5 }],
    [{ limit: 2, after: 5 }, [], { older: 6 }],
    [{ limit: 2, after: 99 }, [], { older: 6 }],
  ])('of five messages at %j has %j', async (window, seqs, sides) => {
    const page = await read(5, { offset: 77, ...window }).page;
    expect([page.messages.map(({ seq }) => seq), page.sides]).toEqual([seqs, sides]);
  });

  it('does not look up an invalid id', async () => {
    const history = memoryLog({ holding: 1 });
    const nobody = { personOf: () => Promise.reject(new Error('looked up')) };
    const request = { userId: alice.id, peerId: 'x'.repeat(5_000), window: { limit: 10, offset: 0 } };
    expect(await rejection(readHistory({ profiles: nobody, history }, request))).toEqual({
      code: 'user_not_found',
    });
    expect(history.calls).toEqual([]);
  });

  it('names the requested id in its error', async () => {
    await expect(read(1, { limit: 10, offset: 0 }, 'no "one"').page).rejects.toThrow(
      'There is no user with the id "no \\"one\\"".',
    );
  });

  it('of any size is part of the whole log, newest first, when pages are read one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 25 }), async (holding, limit) => {
        const history = memoryLog({ holding });
        const seqs: number[] = [];
        for (let offset = 0; offset < holding + limit; offset += limit) {
          const request = { userId: alice.id, peerId: bob.id, window: { limit, offset } };
          const { messages } = await readHistory({ profiles, history }, request);
          expect(messages.length).toBeLessThanOrEqual(limit);
          seqs.push(...messages.map(({ seq }) => seq));
        }
        expect(seqs).toEqual(history.messages.map(({ seq }) => seq).reverse());
      }),
    );
  });
});
