import { describe, expect, it } from 'vitest';
import { pairId } from '../../../../functions/core/conversations/conversation.ts';
import { markRead } from '../../../../functions/core/receipts/move-receipt.ts';
import { changeOwnSettings } from '../../../../functions/core/settings/change-settings.ts';
import {
  areSet,
  FOREVER,
  MAX_PINS,
  NO_SETTINGS,
  type SettingsChange,
  settingsAt,
} from '../../../../functions/core/settings/settings.ts';
import { settingsFrameOf } from '../../../../functions/protocol/server-frames.ts';
import { membershipKey, pinsKey } from '../../../../functions/storage/keys.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { remainsOf } from '../../../../functions/storage/remains.ts';
import { settingsStore, toSettings } from '../../../../functions/storage/settings.ts';
import { NOON } from '../../support/clock.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const HOUR_MS = 3_600_000;
const SOON = '2026-11-23T13:00:00.000Z';
const pair = (n: number) => pairId(id(1), id(n));

/** The users 1 to 12, each with a device. User 1 has said something to user 2. */
async function world() {
  const all = groups();
  const { table, state, log, presences, clock, own } = all;
  const settings = settingsStore(table);
  const receipts = receiptStore(table);
  await all.say(1, pair(2));
  all.told();
  return {
    ...all,
    settings,
    async read(n: number, conversation: string, seq: number) {
      const moving = { log, receipts, presences, now: clock.now };
      return (await markRead(moving, { conversation: await own(n, conversation), seq })).moved;
    },
    of: (n: number, conversation: string) => toSettings(state.get(membershipKey(id(n), conversation))),
    pins: (n: number) => state.get(pinsKey(id(n)))?.ids,
  };
}

/** The same, and user 1 has pinned a conversation with each of the users from 2 on. */
async function pinning(count: number) {
  const all = await world();
  for (let n = 2; n < 2 + count; n += 1) {
    await all.say(1, pair(n));
    await all.changeOwn(1, pair(n), { pinned: true });
  }
  all.told();
  return all;
}

describe('the settings of a conversation', () => {
  it.each<[string, SettingsChange, object]>([
    ['muted', { mutedUntil: SOON }, { mutedUntil: SOON }],
    ['muted forever', { mutedUntil: FOREVER }, { mutedUntil: FOREVER }],
    ['pinned', { pinned: true }, { pinnedAt: NOON }],
    ['archived', { archived: true }, { archivedAt: NOON }],
    ['marked as unread', { unread: true }, { unread: true }],
    [
      'all of that at once',
      { mutedUntil: SOON, pinned: true, archived: true, unread: true },
      { mutedUntil: SOON, pinnedAt: NOON, archivedAt: NOON, unread: true },
    ],
  ])('say that it is %s, to one member alone', async (_, change, set) => {
    const { of, changeOwn: changed } = await world();
    expect(await changed(1, pair(2), change)).toEqual({ ...NO_SETTINGS, ...set });
    expect(of(1, pair(2))).toEqual({ ...NO_SETTINGS, ...set });
    expect(of(2, pair(2))).toEqual(NO_SETTINGS);
  });

  it('change one by one, and the others stay', async () => {
    const { changeOwn } = await world();
    await changeOwn(1, pair(2), { mutedUntil: SOON, pinned: true, archived: true, unread: true });
    const { unread: _, ...rest } = await changeOwn(1, pair(2), { unread: false });
    expect(rest).toEqual({ mutedUntil: SOON, pinnedAt: NOON, archivedAt: NOON });
    expect(await changeOwn(1, pair(2), { archived: false })).not.toHaveProperty('archivedAt');
    expect(await changeOwn(1, pair(2), { pinned: false })).not.toHaveProperty('pinnedAt');
    expect(await changeOwn(1, pair(2), { mutedUntil: null })).toEqual(NO_SETTINGS);
  });

  it('may be taken back that were never set', async () => {
    const { changeOwn, pins } = await world();
    const nothing = { mutedUntil: null, pinned: false, archived: false, unread: false };
    expect(await changeOwn(1, pair(2), nothing)).toEqual(NO_SETTINGS);
    expect(pins(1)).toEqual([]);
  });

  it('are told to each device of the member, and to nobody else', async () => {
    const all = await world();
    const group = await all.create(1, [2, 3]);
    all.told();
    await all.changeOwn(2, group, { pinned: true });
    const settings = { muted_until: null, pinned_at: NOON, archived_at: null, unread: false };
    expect(all.told()).toEqual([{ to: 2, type: 'conversation.settings', conversation: group, settings }]);
  });

  it('are told again by a request that changes nothing: the first one may have died before it told', async () => {
    const all = await world();
    await all.changeOwn(1, pair(2), { unread: true });
    await all.changeOwn(1, pair(2), { unread: true });
    expect(all.told()).toHaveLength(2);
  });

  it('are those of the first pin and of the last archiving', async () => {
    const all = await world();
    await all.changeOwn(1, pair(2), { pinned: true, archived: true });
    all.clock.pass(HOUR_MS);
    const again = await all.changeOwn(1, pair(2), { pinned: true, archived: true });
    expect(again).toEqual({ pinnedAt: NOON, archivedAt: SOON, unread: false });
    await all.changeOwn(1, pair(2), { pinned: false });
    expect(await all.changeOwn(1, pair(2), { pinned: true })).toMatchObject({ pinnedAt: SOON });
  });
});

describe('a mute', () => {
  it.each([NOON, '2026-11-23T11:59:59.999Z', '1970-01-01T00:00:00.000Z'])(
    'until %s is refused at noon, and nothing is stored',
    async (mutedUntil) => {
      const all = await world();
      const refused = all.changeOwn(1, pair(2), { mutedUntil, pinned: true });
      expect(await rejection(refused)).toEqual({
        code: 'validation_failed',
        errors: { muted_until: ['Must be in the future.'] },
      });
      expect([all.of(1, pair(2)), all.pins(1), all.told()]).toEqual([NO_SETTINGS, undefined, []]);
    },
  );

  it('ends by itself', async () => {
    const { changeOwn, clock, of } = await world();
    await changeOwn(1, pair(2), { mutedUntil: SOON });
    clock.pass(HOUR_MS - 1);
    expect(await changeOwn(1, pair(2), { unread: true })).toEqual({ mutedUntil: SOON, unread: true });
    clock.pass(1);
    expect(await changeOwn(1, pair(2), { unread: true })).toEqual({ unread: true });
    const stored = of(1, pair(2));
    expect(settingsAt(stored, new Date(SOON))).not.toHaveProperty('mutedUntil');
    expect(areSet(settingsAt({ ...stored, unread: false }, new Date(SOON)))).toBe(false);
  });
});

describe('the mark as unread', () => {
  it('ends when the read receipt moves', async () => {
    const { changeOwn, read, of, say } = await world();
    await changeOwn(2, pair(2), { unread: true, pinned: true });
    expect(await read(2, pair(2), 1)).toBe(true);
    expect(of(2, pair(2))).toEqual({ pinnedAt: NOON, unread: false });
    await say(1, pair(2));
    await changeOwn(2, pair(2), { unread: true });
    expect(await read(2, pair(2), 1)).toBe(false);
    expect(of(2, pair(2)).unread).toBe(true);
    expect(await read(2, pair(2), 2)).toBe(true);
    expect(of(2, pair(2)).unread).toBe(false);
  });

  it('stays when somebody else reads', async () => {
    const { changeOwn, read, of } = await world();
    await changeOwn(1, pair(2), { unread: true });
    expect(await read(2, pair(2), 1)).toBe(true);
    expect(of(1, pair(2)).unread).toBe(true);
  });
});

describe('pinned conversations', () => {
  it(`are ${MAX_PINS} at most`, async () => {
    const all = await pinning(MAX_PINS);
    await all.say(1, pair(12));
    all.told();
    const refused = all.changeOwn(1, pair(12), { pinned: true, unread: true });
    expect(await rejection(refused)).toEqual({ code: 'too_many_pins' });
    expect([all.of(1, pair(12)), all.told()]).toEqual([NO_SETTINGS, []]);
    await all.changeOwn(1, pair(5), { pinned: false });
    expect(await all.changeOwn(1, pair(12), { pinned: true })).toMatchObject({ pinnedAt: NOON });
    expect(all.pins(1)).toEqual([2, 3, 4, 6, 7, 8, 9, 10, 11, 12].map(pair));
  });

  it('may be pinned again when there are so many, and changed in other ways', async () => {
    const { changeOwn, pins } = await pinning(MAX_PINS);
    expect(await changeOwn(1, pair(5), { pinned: true })).toMatchObject({ pinnedAt: NOON });
    expect(await changeOwn(1, pair(5), { unread: true })).toMatchObject({ pinnedAt: NOON, unread: true });
    expect(pins(1)).toHaveLength(MAX_PINS);
  });

  it('are all kept when several devices pin at the same moment, and never more than there may be', async () => {
    const all = await world();
    for (let n = 3; n <= 12; n += 1) await all.say(1, pair(n));
    const two = [all.changeOwn(1, pair(2), { pinned: true }), all.changeOwn(1, pair(3), { pinned: true })];
    await Promise.all(two);
    expect(new Set(all.pins(1) as string[])).toEqual(new Set([pair(2), pair(3)]));
    for (let n = 4; n <= 10; n += 1) await all.changeOwn(1, pair(n), { pinned: true });
    const last = [11, 12].map((n) => all.changeOwn(1, pair(n), { pinned: true }));
    const outcomes = await Promise.allSettled(last);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const pinned = Array.from({ length: 11 }, (_, i) => pair(i + 2)).filter((one) => all.of(1, one).pinnedAt);
    expect(new Set(all.pins(1) as string[])).toEqual(new Set(pinned));
    expect(pinned).toHaveLength(MAX_PINS);
  });

  it('end with the membership of a group, and give their place up when it is needed', async () => {
    const all = await pinning(MAX_PINS - 2);
    const left = await all.create(2, [1]);
    const kept = await all.create(2, [1]);
    for (const group of [left, kept]) await all.changeOwn(1, group, { pinned: true });
    await all.remove(1, left, 1);
    await all.say(1, pair(12));
    expect(await all.changeOwn(1, pair(12), { pinned: true })).toMatchObject({ pinnedAt: NOON });
    expect(all.pins(1)).not.toContain(left);
    expect(all.pins(1)).toContain(kept);
    expect(all.pins(1)).toHaveLength(MAX_PINS);
    await all.put(2, left, 1);
    expect(all.of(1, left)).toEqual(NO_SETTINGS);
    expect(await rejection(all.changeOwn(1, left, { pinned: true }))).toEqual({ code: 'too_many_pins' });
  });
});

describe('a conversation that somebody is not in', () => {
  it('has no settings for them', async () => {
    const all = await world();
    const group = await all.create(2, [3]);
    all.told();
    for (const conversation of [group, pairId(id(2), id(3)), id(404)]) {
      expect(await rejection(all.changeOwn(1, conversation, { pinned: true }))).toEqual({
        code: 'conversation_not_found',
      });
      expect(all.state.get(membershipKey(id(1), conversation))).toBeUndefined();
    }
    expect([all.pins(1), all.told()]).toEqual([undefined, []]);
  });

  it('has none for a pair before its first message', async () => {
    const all = await world();
    expect(await rejection(all.changeOwn(1, pair(3), { pinned: true }))).toEqual({
      code: 'conversation_not_found',
    });
    expect(all.state.get(membershipKey(id(1), pair(3)))).toBeUndefined();
    await all.say(3, pair(3));
    // Its inboxes have yet to follow.
    expect(all.state.get(membershipKey(id(1), pair(3)))).toBeUndefined();
    expect(await all.changeOwn(1, pair(3), { pinned: true })).toMatchObject({ pinnedAt: NOON });
  });

  it.each<[string, SettingsChange]>([
    ['muted', { mutedUntil: SOON }],
    ['pinned', { pinned: true }],
    ['unpinned', { pinned: false }],
  ])('does not come back when it is %s while its member leaves', async (_, change) => {
    const all = await world();
    const group = await all.create(2, [1]);
    const conversation = await all.own(1, group);
    await all.remove(1, group, 1);
    all.told();
    const changing = changeOwnSettings(
      { ...all.dependencies, settings: all.settings },
      conversation,
      change,
      settingsFrameOf(group),
    );
    expect(await rejection(changing)).toEqual({ code: 'conversation_not_found' });
    expect(all.state.get(membershipKey(id(1), group))).toBeUndefined();
    expect([all.pins(1), all.told()]).toEqual([undefined, []]);
  });
});

it('nothing of it is left of a deleted account', async () => {
  const { table, state } = await pinning(3);
  await remainsOf(table).clear(id(1), 100, async () => {});
  expect(state.partition(`USER#${id(1)}`).map(({ sk }) => sk)).toEqual(['PROFILE']);
});
