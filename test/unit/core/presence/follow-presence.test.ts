import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followPresence } from '../../../../functions/core/presence/follow-presence.ts';
import type { Watcher } from '../../../../functions/core/presence/presence.ts';
import {
  type Presence,
  type StoredPresence,
  visiblePresence,
} from '../../../../functions/core/presence/presence.ts';
import { presenceBody } from '../../../../functions/protocol/server-frames.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { alice, bob } from '../../support/people.ts';

const phone: Watcher = { userId: bob.id, connectionId: 'phone' };
const userId = alice.id;
const ONLINE: StoredPresence = { userId, online: true, hidden: false };
const OFFLINE_AS_SHOWN = { userId, online: false, lastSeen: NOON };
const OFFLINE: StoredPresence = { userId, online: false, hidden: false, lastSeen: NOON };

async function follow(before: StoredPresence | undefined, after: StoredPresence, watchers = [phone]) {
  const told: [readonly Watcher[], Presence][] = [];
  let reads = 0;
  const watches = {
    watchersOf: async () => {
      reads += 1;
      return watchers;
    },
  };
  const tell = async (...one: [readonly Watcher[], Presence]) => void told.push(one);
  await followPresence({ watches, tell, now: frozenClock().now }, { before, after });
  return { told, reads };
}

describe('watchers', () => {
  it.each([
    ['comes for the first time', undefined, ONLINE, { userId, online: true }],
    ['comes again', OFFLINE, ONLINE, { userId, online: true }],
    ['goes', ONLINE, OFFLINE, { userId, online: false, lastSeen: NOON }],
    ['hides while online', ONLINE, { ...ONLINE, hidden: true }, { userId, online: false }],
    ['hides while away', OFFLINE, { ...OFFLINE, hidden: true }, { userId, online: false }],
    ['shows themselves while away', { ...OFFLINE, hidden: true }, OFFLINE, OFFLINE_AS_SHOWN],
    ['was away and comes back hiding', OFFLINE, { ...ONLINE, hidden: true }, { userId, online: false }],
    ['shows themselves while online', { ...ONLINE, hidden: true }, ONLINE, { userId, online: true }],
  ])('get a frame when the user %s', async (_, before, after, presence) => {
    expect(await follow(before, after)).toEqual({ told: [[[phone], presence]], reads: 1 });
  });

  it.each<[string, StoredPresence | undefined, StoredPresence]>([
    ['nothing changed', ONLINE, ONLINE],
    ['somebody who hides comes', { ...OFFLINE, hidden: true }, { ...ONLINE, hidden: true }],
    ['somebody who hides goes', { ...ONLINE, hidden: true }, { ...OFFLINE, hidden: true }],
    [
      'somebody who hides goes again',
      { ...OFFLINE, hidden: true },
      { ...OFFLINE, lastSeen: '2026-11-23T12:00:01.000Z', hidden: true },
    ],
    ['somebody hides who never was there', undefined, { userId, online: false, hidden: true }],
  ])('get no frame and are not read when %s', async (_, before, after) => {
    expect(await follow(before, after)).toEqual({ told: [], reads: 0 });
  });

  it('get only the difference from the presence that they were shown before', async () => {
    const stored: fc.Arbitrary<StoredPresence> = fc.record(
      {
        userId: fc.constant(userId),
        online: fc.boolean(),
        hidden: fc.boolean(),
        lastSeen: fc.constantFrom(NOON, '2026-11-23T12:00:01.000Z'),
      },
      { requiredKeys: ['userId', 'online', 'hidden'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.option(stored, { nil: undefined }), stored, async (before, after) => {
        const wasShown = presenceBody(visiblePresence(before ?? { userId, online: false, hidden: false }));
        const isShown = presenceBody(visiblePresence(after));
        const { told } = await follow(before, after);
        expect(told.map(([, presence]) => presenceBody(presence))).toEqual(
          isDeepStrictEqual(wasShown, isShown) ? [] : [isShown],
        );
      }),
    );
  });

  it('may be absent', async () => {
    expect(await follow(OFFLINE, ONLINE, [])).toEqual({ told: [], reads: 1 });
  });

  it('are told again by the stream after a failure', async () => {
    const watches = { watchersOf: async () => [phone] };
    const tell = async () => {
      throw new Error('down');
    };
    const following = followPresence(
      { watches, tell, now: frozenClock().now },
      { before: OFFLINE, after: ONLINE },
    );
    await expect(following).rejects.toThrow('down');
  });
});
