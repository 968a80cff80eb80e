import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairId } from '../../../../functions/core/conversations/conversation.ts';
import type {
  ConversationDetails,
  InboxCursor,
  InboxReader,
  PairsPage,
} from '../../../../functions/core/inbox/inbox.ts';
import { type InboxDependencies, readInbox } from '../../../../functions/core/inbox/read-inbox.ts';
import { NOTHING_READ } from '../../../../functions/core/receipts/receipt.ts';
import { NO_SETTINGS } from '../../../../functions/core/settings/settings.ts';
import { id } from '../../support/people.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();

/**
 * An inbox of pairs, and of groups, by the times of their last messages. A pair that is on top of the pairs stays there, so its position
 * has the time of the first message of a burst.
 */
function inboxOf(pairs: readonly { time: number; burst: number }[], groups: readonly number[]) {
  const details = new Map<string, ConversationDetails>();
  const last = (time: number) => ({
    ...{ seq: 1, id: id(1), senderId: id(1), text: '', createdAt: at(time), counts: {} },
  });
  const none = { received: 0, read: NOTHING_READ, frozen: 0 };
  const both = { own: none, peers: none, settings: NO_SETTINGS };
  const positions = pairs
    .toSorted((one, other) => other.time - one.time)
    .map(({ time, burst }, i, all) => {
      // The burst began behind the last message of the pair that was on top before.
      const began = Math.max(time - burst, (all[i + 1]?.time ?? -1) + 1);
      const conversation = pairId(id(1), id(1_000 + i));
      const peer = { id: id(1_000 + i), username: 'x' };
      details.set(conversation, { ...both, topAt: at(began), last: last(time), peer });
      return { conversation, topAt: at(began) };
    });
  const ofGroups = new Map<string, ConversationDetails>(
    groups.map((time, n) => {
      const part = { self: 0, role: 'member', from: 1 } as const;
      return [id(5_000 + n), { ...both, topAt: at(time), last: last(time), part, title: 'Trip' }];
    }),
  );
  const asked: number[] = [];
  const inbox: InboxReader = {
    async positions(_, { limit, before }: PairsPage) {
      const first = before
        ? positions.findIndex(({ conversation }) => conversation === before.conversation)
        : -1;
      return positions.slice(first + 1, first + 1 + limit);
    },
    positionsSince: async () => [],
    groups: async () => ofGroups,
    async details(__, ids) {
      asked.push(ids.length);
      return ids.map((one) => details.get(one) as ConversationDetails);
    },
  };
  const presences: InboxDependencies['presences'] = {
    of: async (ids) => ids.map((userId) => ({ userId, online: false, hidden: false })),
  };
  const reader = { inbox, presences, pins: { pinsOf: async () => [] }, now: () => new Date(at(0)) };
  return {
    asked,
    async pages(limit: number) {
      const pages: string[][] = [];
      let before: InboxCursor | undefined;
      do {
        const page = await readInbox(reader, { userId: id(1), limit, before });
        pages.push(page.entries.map((entry) => entry.last.createdAt));
        before = page.next;
      } while (before);
      return pages;
    },
  };
}

const times = (max: number) => fc.uniqueArray(fc.nat({ max: 500 }), { maxLength: max });

describe('an inbox of pairs and groups', () => {
  it('lists every one once over its pages, by the time of the last message', async () => {
    await fc.assert(
      fc.asyncProperty(
        times(40),
        fc.array(fc.nat({ max: 60 }), { minLength: 40, maxLength: 40 }),
        times(30),
        fc.integer({ min: 1, max: 20 }),
        async (ofPairs, bursts, ofGroups, limit) => {
          const pairs = ofPairs.map((time, i) => ({ time, burst: bursts[i] ?? 0 }));
          const pages = await inboxOf(pairs, ofGroups).pages(limit);
          const expected = [...ofPairs, ...ofGroups].map(at).toSorted().toReversed();
          expect(pages.flat()).toEqual(expected);
          for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        },
      ),
    );
  });

  it('has shorter pages for whoever is in many groups, so that none costs more', async () => {
    const pairs = Array.from({ length: 150 }, (_, n) => ({ time: 1_000 + n, burst: 0 }));
    const groups = Array.from({ length: 100 }, (_, n) => n);
    const { asked, pages } = inboxOf(pairs, groups);
    const found = await pages(100);
    expect(found.map((page) => page.length)).toEqual([75, 100, 75]);
    expect(new Set(found.flat()).size).toBe(250);
    for (const count of asked) expect(4 * count + groups.length).toBeLessThanOrEqual(400);
  });

  it('is as before for whoever is in none', async () => {
    const pairs = Array.from({ length: 150 }, (_, n) => ({ time: n, burst: 0 }));
    expect((await inboxOf(pairs, []).pages(100)).map((page) => page.length)).toEqual([100, 50]);
  });
});
