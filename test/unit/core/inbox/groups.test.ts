import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../functions/core/conversations/conversation.ts';
import type { Roster } from '../../../../functions/core/conversations/roster.ts';
import { projectMessages } from '../../../../functions/core/inbox/project-messages.ts';
import { readConversation } from '../../../../functions/core/inbox/read-inbox.ts';
import { markRead } from '../../../../functions/core/receipts/move-receipt.ts';
import { summaryKey } from '../../../../functions/storage/keys.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { Killed } from '../../../support/memory-table.ts';
import { NOON } from '../../support/clock.ts';
import { groups } from '../../support/groups.ts';
import { storedAs } from '../../support/inboxes.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** A group of the users 1 to 3. */
async function three() {
  const all = groups();
  const group = await all.create(1, [2, 3]);
  const { log, presences, clock, table } = all;
  const moving = { log, presences, now: clock.now, receipts: receiptStore(table) };
  return {
    ...all,
    group,
    read: async (n: number, seq: number) => markRead(moving, { conversation: await all.own(n, group), seq }),
    alone: async (n: number, one = group) =>
      readConversation({ ...all.inbox, log, profiles: all.sending.profiles }, await all.own(n, one)),
    unread: async (n: number) => (await all.entries(n)).map((entry) => entry.unread),
  };
}

describe('a group in an inbox', () => {
  it('has its title, the member’s role, the last entry and the unread messages', async () => {
    const { group, follow, say, entries, alone } = await three();
    await say(1, group, 'Hello');
    await follow(group);
    const entry = {
      ...{ kind: 'group', conversation: group, title: 'Trip', role: 'member', from: 1, unread: 1 },
      last: { seq: 2, senderId: id(1), text: 'Hello', counts: { 0: 1 }, events: 1, createdAt: NOON },
      own: { read: 1, received: 1 },
    };
    expect(await entries(2)).toMatchObject([entry]);
    expect(await entries(2)).toEqual([await alone(2)]);
    expect(await entries(1)).toMatchObject([{ role: 'owner', unread: 0 }]);
    expect(await entries(4)).toEqual([]);
  });

  it('shows what happened to it as its last entry, which nobody has to read', async () => {
    const { group, follow, rename, put, unread, entries, alone } = await three();
    await rename(1, group, 'Journey');
    await put(1, group, 4);
    await follow(group);
    for (const n of [1, 2, 3, 4]) {
      expect(await entries(n)).toEqual([await alone(n)]);
      expect(await unread(n)).toEqual([0]);
    }
    expect(await entries(2)).toMatchObject([
      { title: 'Journey', last: { seq: 3, text: '', event: { type: 'joined', users: [id(4)] } } },
    ]);
  });

  it('counts messages of others alone, however they mix with events', async () => {
    const { group, follow, say, rename, put, read, unread } = await three();
    await say(1, group);
    await rename(1, group, 'Journey');
    await say(2, group);
    await put(1, group, 4);
    await say(1, group);
    await follow(group);
    // User 4 has one behind their joining.
    expect([await unread(1), await unread(2), await unread(3), await unread(4)]).toEqual([
      [1],
      [2],
      [3],
      [1],
    ]);
    await read(3, 3);
    expect(await unread(3)).toEqual([2]);
    await read(3, 6);
    expect(await unread(3)).toEqual([0]);
    await say(4, group);
    await follow(group, 6);
    expect([await unread(3), await unread(4)]).toEqual([[1], [1]]);
  });

  it('shows a message behind an event, and no event with a message', async () => {
    const { group, follow, say, entries, state } = await three();
    await follow(group);
    expect(await entries(2)).toMatchObject([{ last: { event: { type: 'created' } } }]);
    await say(1, group, 'Hello');
    await follow(group);
    const [entry] = await entries(2);
    expect(entry?.last).not.toHaveProperty('event');
    expect(state.get(summaryKey(group))).toMatchObject({ title: 'Trip', seq: 2, text: 'Hello' });
    expect(state.get(summaryKey(group))).not.toHaveProperty('event');
  });

  it('has its new title before its inboxes have followed', async () => {
    const { group, follow, rename, entries, alone } = await three();
    await follow(group);
    await rename(1, group, 'Journey');
    expect(await entries(2)).toMatchObject([{ title: 'Journey', last: { seq: 1 } }]);
    expect(await alone(2)).toMatchObject({ title: 'Journey', last: { seq: 2 } });
  });

  it('is the roster’s alone, whatever an older summary and membership say', async () => {
    const { group, put, alone, state } = await three();
    const [summary, key] = [state.get(summaryKey(group)), { pk: `USER#${id(2)}`, sk: `CONV#group#${group}` }];
    const membership = state.get(key);
    await put(1, group, 2, 'moderator');
    state.set(summaryKey(group), { ...summary, title: 'Old' } as never);
    state.set(key, membership);
    expect(await alone(2)).toMatchObject({ title: 'Trip', role: 'moderator' });
  });

  it('is not found alone by somebody who is not in it', async () => {
    const { group, alone, remove } = await three();
    expect(await rejection(alone(4))).toEqual({ code: 'conversation_not_found' });
    await remove(1, group, 3);
    expect(await rejection(alone(3))).toEqual({ code: 'conversation_not_found' });
  });

  it('shows nothing from before somebody joined, while its summary is behind', async () => {
    const { create, say, put, follow, entries, projection, own, log, clock } = groups();
    const group = await create(1, [2], { history: 'since_joining' });
    await say(1, group, 'Secret');
    await follow(group);
    clock.pass(1_000);
    await put(1, group, 3);
    // The function ends before the summary.
    const { inbox } = projection;
    const broken = { ...inbox, summarize: async () => Promise.reject(new Killed()) };
    const [joined] = await log.at(await own(1, group), [3]);
    if (!joined) throw new Error('There is an entry of the joining.');
    const projecting = projectMessages({ ...projection, inbox: broken }, [storedAs(joined)]);
    await expect(projecting).rejects.toThrow(Killed);
    expect(await entries(3)).toEqual([]);
    await follow(group, 3);
    expect(await entries(3)).toMatchObject([{ from: 3, unread: 0, last: { seq: 3 } }]);
  });
});

describe('the inboxes of a group', () => {
  it('have it on top with each entry, all of its members', async () => {
    const { create, say, follow, entries, clock } = groups();
    const [one, other] = [await create(1, [2, 3]), await create(1, [2])];
    for (const group of [one, other]) {
      await follow(group);
      clock.pass(1_000);
    }
    const ids = async (n: number) => (await entries(n)).map(({ conversation }) => conversation);
    expect([await ids(2), await ids(3)]).toEqual([[other, one], [one]]);
    await say(2, one);
    await follow(one, 2);
    expect([await ids(1), await ids(2), await ids(3)]).toEqual([[one, other], [one, other], [one]]);
  });

  it('have no place of it, and stay the same when the stream repeats', async () => {
    const { group, follow, say, rename, remove, positions, state } = await three();
    await follow(group);
    await say(1, group);
    await rename(1, group, 'Journey');
    await remove(1, group, 3);
    await follow(group, 2);
    const everything = () => structuredClone(state.partitionKeys().map((pk) => state.partition(pk)));
    const before = everything();
    for (const from of [1, 2, 4]) await follow(group, from);
    expect(everything()).toEqual(before);
    expect([1, 2, 3].map((n) => positions(n).length)).toEqual([0, 0, 0]);
  });

  it('do not bring back a membership that has ended, although the roster was read before', async () => {
    const { group, follow, say, remove, stored, log, own, projection, membership, positions, entries } =
      await three();
    await follow(group);
    await say(1, group);
    const former = (await stored.roster(group)) as Roster;
    const messages = await log.since((await own(1, group)) as Conversation, 2, 10);
    await remove(1, group, 3);
    const rosters = { roster: async () => former };
    await projectMessages({ ...projection, rosters }, messages.map(storedAs));
    expect([membership(3, group), positions(3), await entries(3)]).toEqual([undefined, [], []]);
  });

  it('are followed by nobody for a group that does not exist', async () => {
    const { projection, state } = groups();
    const message = { conversation: id(404), seq: 1, entryIn: () => Promise.reject(new Error('not asked')) };
    const before = state.partitionKeys();
    await projectMessages(projection, [message as never]);
    expect(state.partitionKeys()).toEqual(before);
  });
});
