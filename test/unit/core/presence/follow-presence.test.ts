import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { followOwnSetting, followPresence } from '../../../../functions/core/presence/follow-presence.ts';
import type { Watcher } from '../../../../functions/core/presence/presence.ts';
import {
  type Presence,
  type StoredPresence,
  visiblePresence,
} from '../../../../functions/core/presence/presence.ts';
import { presenceBody } from '../../../../functions/protocol/server-frames.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { alice, bob, id } from '../../support/people.ts';

const phone: Watcher = { userId: bob.id, connectionId: 'phone' };
const userId = alice.id;
const ONLINE: StoredPresence = { userId, online: true, hidden: false };
const OFFLINE_AS_SHOWN = { userId, online: false, lastSeen: NOON };
const OFFLINE: StoredPresence = { userId, online: false, hidden: false, lastSeen: NOON };

/** Everybody is online. `hiding` are the users who hide it. */
const allOnline = (...hiding: readonly string[]) => ({
  of: async (userIds: readonly string[]) =>
    userIds.map((one) => ({ userId: one, online: true, hidden: hiding.includes(one) })),
});

async function follow(
  before: StoredPresence | undefined,
  after: StoredPresence,
  watchers = [phone],
  presences = allOnline(),
) {
  const told: [readonly Watcher[], readonly Presence[]][] = [];
  let reads = 0;
  const watches = {
    watchersOf: async () => {
      reads += 1;
      return watchers;
    },
  };
  const tell = async (...one: [readonly Watcher[], readonly Presence[]]) => void told.push(one);
  await followPresence({ watches, presences, tell, now: frozenClock().now }, { before, after });
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
    expect(await follow(before, after)).toEqual({ told: [[[phone], [presence]]], reads: 1 });
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
        expect(told.flatMap(([, presences]) => presences.map(presenceBody))).toEqual(
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
      { watches, presences: allOnline(), tell, now: frozenClock().now },
      { before: OFFLINE, after: ONLINE },
    );
    await expect(following).rejects.toThrow('down');
  });

  it('are told nothing while they hide their own presence', async () => {
    const desk = { userId: id(3), connectionId: 'desk' };
    const { told } = await follow(OFFLINE, ONLINE, [phone, desk], allOnline(bob.id));
    expect(told).toEqual([[[desk], [{ userId, online: true }]]]);
    expect((await follow(OFFLINE, ONLINE, [phone], allOnline(bob.id))).told).toEqual([]);
  });
});

describe('the devices of a user', () => {
  const watcher: Watcher = { userId, connectionId: 'tablet' };
  const HIDDEN = { ...ONLINE, hidden: true };

  async function change(before: StoredPresence | undefined, after: StoredPresence, userIds: string[]) {
    const told: [readonly Watcher[], readonly Presence[]][] = [];
    const watches = { listsOf: async () => [{ watcher, userIds }] };
    const tell = async (...one: [readonly Watcher[], readonly Presence[]]) => void told.push(one);
    const presences = allOnline(...(after.hidden ? [userId] : []));
    await followOwnSetting({ watches, presences, tell, now: frozenClock().now }, { before, after });
    return told;
  }

  it.each([
    ['nobody any more when the user hides', ONLINE, HIDDEN, false],
    ['nobody any more when the user hides who never was there', undefined, HIDDEN, false],
    ['those whom they watch when the user shows themselves again', HIDDEN, ONLINE, true],
  ])('see %s', async (_, before, after, online) => {
    const seen = [bob.id, id(3)].map((one) => ({ userId: one, online }));
    expect(await change(before, after, [bob.id, id(3)])).toEqual([[[watcher], seen]]);
  });

  it('each see their own list, and all lists are one read', async () => {
    const desk: Watcher = { userId, connectionId: 'desk' };
    const lists = [
      { watcher, userIds: [bob.id, id(3)] },
      { watcher: desk, userIds: [id(3)] },
    ];
    const told: [readonly Watcher[], readonly Presence[]][] = [];
    const presences = { of: vi.fn(allOnline().of) };
    await followOwnSetting(
      {
        watches: { listsOf: async () => lists },
        presences,
        tell: async (...one) => void told.push(one),
        now: frozenClock().now,
      },
      { before: HIDDEN, after: ONLINE },
    );
    const online = (one: string) => ({ userId: one, online: true });
    expect(told).toEqual([
      [[watcher], [online(bob.id), online(id(3))]],
      [[desk], [online(id(3))]],
    ]);
    expect(presences.of).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['the setting stays', HIDDEN, { ...HIDDEN, online: false }, [bob.id]],
    ['the user comes for the first time', undefined, ONLINE, [bob.id]],
    ['they watch nobody', ONLINE, HIDDEN, []],
  ])('are told nothing when %s', async (_, before, after, userIds) => {
    expect(await change(before, after, userIds)).toEqual([]);
  });
});
