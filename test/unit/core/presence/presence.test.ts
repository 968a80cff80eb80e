import { describe, expect, it } from 'vitest';
import { pairId } from '../../../../functions/core/conversations/conversation.ts';
import {
  type StoredPresence,
  visiblePresence,
  type Watcher,
  watchPresence,
} from '../../../../functions/core/presence/presence.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { alice, bob, id } from '../../support/people.ts';

const userId = alice.id;

it.each([
  ['who is online is shown so', { online: true, hidden: false }, { online: true }],
  [
    'who is not is shown with when they last were',
    { online: false, hidden: false, lastSeen: NOON },
    { online: false, lastSeen: NOON },
  ],
  ['who never was is shown without', { online: false, hidden: false }, { online: false }],
  ['who is online was last seen now', { online: true, hidden: false, lastSeen: NOON }, { online: true }],
  ['who hides it is shown offline', { online: true, hidden: true }, { online: false }],
  ['and nobody sees when they went', { online: false, hidden: true, lastSeen: NOON }, { online: false }],
])('%s: %j is shown as %j', (_, stored, presence) => {
  expect(visiblePresence({ userId, ...stored })).toEqual({ userId, ...presence });
});

const phone: Watcher = { userId: alice.id, connectionId: 'phone' };
const carol = id(3);
const stranger = id(4);

function watching(hiding: readonly string[] = []) {
  const steps: unknown[] = [];
  const presences: Record<string, Partial<StoredPresence>> = {
    [bob.id]: { online: true },
    [carol]: { online: true, hidden: true, lastSeen: NOON },
  };
  const dependencies = {
    memberships: {
      among: async (userId: string, conversations: readonly string[]) => {
        steps.push(['among', userId, conversations]);
        const own = [bob.id, carol].map((peer) => pairId(userId, peer));
        return new Set(conversations.filter((conversation) => own.includes(conversation)));
      },
    },
    presences: {
      of: async (userIds: readonly string[]) => {
        steps.push(['of', userIds]);
        return userIds.map((userId) => ({
          userId,
          online: false,
          hidden: hiding.includes(userId),
          ...presences[userId],
        }));
      },
    },
    watches: {
      watch: async (...list: [Watcher, readonly string[], Date]) => void steps.push(['watch', ...list]),
    },
    now: frozenClock().now,
  };
  return { steps, watch: (...userIds: string[]) => watchPresence(dependencies, phone, userIds) };
}

describe('watching users', () => {
  it('stores the list before it reads the presence, so that no change is missed', async () => {
    const { watch, steps } = watching();
    expect(await watch(carol, bob.id)).toEqual([
      { userId: carol, online: false },
      { userId: bob.id, online: true },
    ]);
    expect(steps).toEqual([
      ['among', alice.id, [pairId(alice.id, carol), pairId(alice.id, bob.id)]],
      ['watch', phone, [carol, bob.id], new Date(NOON)],
      ['of', [alice.id, carol, bob.id]],
    ]);
  });

  it('shows nobody online to a user who hides, and still stores the list for when they do not', async () => {
    const { watch, steps } = watching([alice.id]);
    expect(await watch(bob.id)).toEqual([{ userId: bob.id, online: false }]);
    expect(steps[1]).toEqual(['watch', phone, [bob.id], new Date(NOON)]);
  });

  it('leaves out strangers, the user themselves, invalid ids and duplicates', async () => {
    const { watch, steps } = watching();
    expect(await watch(stranger, alice.id, 'x', '', bob.id, bob.id)).toEqual([
      { userId: bob.id, online: true },
    ]);
    expect(steps[1]).toEqual(['watch', phone, [bob.id], new Date(NOON)]);
  });

  it('with an empty list ends the former watches', async () => {
    const { watch, steps } = watching();
    expect(await watch()).toEqual([]);
    expect(steps).toContainEqual(['watch', phone, [], new Date(NOON)]);
  });
});
