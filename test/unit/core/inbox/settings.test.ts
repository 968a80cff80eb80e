import { describe, expect, it } from 'vitest';
import { pairId } from '../../../../functions/core/conversations/conversation.ts';
import type { InboxCursor, InboxEntry } from '../../../../functions/core/inbox/inbox.ts';
import { readConversation, readInbox } from '../../../../functions/core/inbox/read-inbox.ts';
import { MAX_PINS, NO_SETTINGS } from '../../../../functions/core/settings/settings.ts';
import { catchUp } from '../../../../functions/core/sync/catch-up.ts';
import { NOON } from '../../support/clock.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';

const SOON = '2026-11-23T13:00:00.000Z';
const pair = (n: number) => pairId(id(1), id(n));
const idsOf = (entries: readonly InboxEntry[] = []) => entries.map(({ conversation }) => conversation);

/** User 1 has conversations with the users from 2 on, whose messages came one behind the other. */
async function talking(count: number) {
  const all = groups();
  const { clock, log, stored, inbox, sending } = all;
  for (let n = 2; n < 2 + count; n += 1) {
    await all.say(n, pair(n));
    await all.follow(pair(n));
    clock.pass(1_000);
  }
  const page = (limit = 100, before?: InboxCursor) => readInbox(inbox, { userId: id(1), limit, before });
  const entry = (entries: readonly InboxEntry[], conversation: string) =>
    entries.find((one) => one.conversation === conversation)?.settings;
  return {
    ...all,
    page,
    /** The settings of a conversation, wherever they are shown. */
    async shown(n: number, conversation: string) {
      const userId = id(n);
      const own = await all.own(n, conversation);
      const syncing = { ...inbox, log, rosters: stored };
      const synced = await catchUp(syncing, { userId, held: [{ id: conversation, seq: 1 }] });
      return [
        entry((await readInbox(inbox, { userId, limit: 100 })).entries, conversation),
        (await readConversation({ ...inbox, log, profiles: sending.profiles }, own)).settings,
        entry(synced.inbox, conversation),
      ];
    },
  };
}

describe('the settings of a conversation', () => {
  it('are shown to the member who has set them, without a mute that is over', async () => {
    const all = await talking(1);
    const group = await all.create(2, [1]);
    await all.follow(group);
    const archivedAt = all.clock.now().toISOString();
    for (const conversation of [pair(2), group]) {
      await all.changeOwn(1, conversation, { mutedUntil: SOON, archived: true });
      const settings = { mutedUntil: SOON, archivedAt, unread: false };
      expect(await all.shown(1, conversation)).toEqual([settings, settings, settings]);
      expect(await all.shown(2, conversation)).toEqual([NO_SETTINGS, NO_SETTINGS, NO_SETTINGS]);
    }
    all.clock.pass(Date.parse(SOON) - Date.parse(archivedAt));
    for (const conversation of [pair(2), group]) {
      const settings = { archivedAt, unread: false };
      expect(await all.shown(1, conversation)).toEqual([settings, settings, settings]);
    }
  });
});

describe('pinned conversations', () => {
  it('come with the first page, the one that was pinned last first, and stay in their place', async () => {
    const all = await talking(4);
    const group = await all.create(2, [1]);
    await all.follow(group);
    for (const conversation of [pair(3), group, pair(2)]) {
      await all.changeOwn(1, conversation, { pinned: true });
      all.clock.pass(1);
    }
    const whole = await all.page();
    expect(idsOf(whole.entries)).toEqual([group, pair(5), pair(4), pair(3), pair(2)]);
    expect(idsOf(whole.pinned)).toEqual([pair(2), group, pair(3)]);
    for (const entry of whole.pinned ?? []) expect(whole.entries).toContainEqual(entry);
    const first = await all.page(2);
    expect(idsOf(first.entries)).toEqual([group, pair(5)]);
    expect(first.pinned).toEqual(whole.pinned);
    const second = await all.page(2, first.next);
    expect(idsOf(second.entries)).toEqual([pair(4), pair(3)]);
    expect(second.pinned).toBeUndefined();
    await all.changeOwn(1, group, { pinned: false });
    expect(idsOf((await all.page(1)).pinned)).toEqual([pair(2), pair(3)]);
  });

  it('are without a group that the user has left, also when they are in it again', async () => {
    const all = await talking(1);
    const group = await all.create(2, [1]);
    await all.follow(group);
    await all.changeOwn(1, group, { pinned: true });
    all.clock.pass(1);
    await all.changeOwn(1, pair(2), { pinned: true });
    await all.remove(1, group, 1);
    expect(idsOf((await all.page()).pinned)).toEqual([pair(2)]);
    await all.put(2, group, 1);
    await all.follow(group);
    expect(idsOf((await all.page()).pinned)).toEqual([pair(2)]);
    all.clock.pass(1);
    await all.changeOwn(1, group, { pinned: true });
    expect(idsOf((await all.page()).pinned)).toEqual([group, pair(2)]);
  });

  it('are without a pair that no inbox shows yet', async () => {
    const all = await talking(1);
    await all.say(3, pair(3));
    await all.changeOwn(1, pair(3), { pinned: true });
    expect(idsOf((await all.page()).pinned)).toEqual([]);
  });

  it('cost one small read, and what is shown of them', async () => {
    const all = await talking(MAX_PINS + 1);
    for (let n = 2; n < 2 + MAX_PINS; n += 1) await all.changeOwn(1, pair(n), { pinned: true });
    all.commands.length = 0;
    const page = await all.page(1);
    expect([idsOf(page.entries), page.pinned?.length]).toEqual([[pair(MAX_PINS + 2)], MAX_PINS]);
    expect(all.commands).toEqual(['Query', 'Query', 'Get', 'BatchGet', 'BatchGet']);
  });
});

it('a mark of a conversation says nothing of how much is unread', async () => {
  const all = await talking(1);
  await all.changeOwn(1, pair(2), { unread: true });
  expect((await all.page()).entries).toMatchObject([{ unread: 1, settings: { unread: true } }]);
  expect(NOON < all.clock.now().toISOString()).toBe(true);
});
