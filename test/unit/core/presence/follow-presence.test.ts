import { describe, expect, it } from 'vitest';
import { followPresence } from '../../../../functions/core/presence/follow-presence.ts';
import type { Watcher } from '../../../../functions/core/presence/ports.ts';
import type { Presence, StoredPresence } from '../../../../functions/core/presence/presence.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { alice, bob } from '../../support/people.ts';

const phone: Watcher = { userId: bob.id, connectionId: 'phone' };
const userId = alice.id;
const ONLINE: StoredPresence = { userId, online: true, hidden: false };
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

describe('those who watch somebody', () => {
  it.each([
    ['comes for the first time', undefined, ONLINE, { userId, online: true }],
    ['comes again', OFFLINE, ONLINE, { userId, online: true }],
    ['goes', ONLINE, OFFLINE, { userId, online: false, lastSeen: NOON }],
    ['hides while online', ONLINE, { ...ONLINE, hidden: true }, { userId, online: false }],
    ['shows themselves while online', { ...ONLINE, hidden: true }, ONLINE, { userId, online: true }],
  ])('are told when that one %s', async (_, before, after, presence) => {
    expect(await follow(before, after)).toEqual({ told: [[[phone], presence]], reads: 1 });
  });

  it.each<[string, StoredPresence | undefined, StoredPresence]>([
    ['nothing changed', ONLINE, ONLINE],
    ['somebody who hides comes', { ...OFFLINE, hidden: true }, { ...ONLINE, hidden: true }],
    ['somebody who hides goes', { ...ONLINE, hidden: true }, { ...OFFLINE, hidden: true }],
    ['somebody goes and hides at once', { ...OFFLINE, hidden: true }, OFFLINE],
    ['somebody hides who is not there', OFFLINE, { ...OFFLINE, hidden: true }],
    ['somebody hides who never was there', undefined, { userId, online: false, hidden: true }],
  ])('are told nothing, and not even looked for, when %s', async (_, before, after) => {
    expect(await follow(before, after)).toEqual({ told: [], reads: 0 });
  });

  it('may be nobody', async () => {
    expect(await follow(OFFLINE, ONLINE, [])).toEqual({ told: [], reads: 1 });
  });

  it('are told again by the stream when telling them failed', async () => {
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
