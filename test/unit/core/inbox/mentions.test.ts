import { describe, expect, it } from 'vitest';
import { MAX_NOTED } from '../../../../functions/core/inbox/project-mentions.ts';
import { projectMessages, type StoredMessage } from '../../../../functions/core/inbox/project-messages.ts';
import { readConversation } from '../../../../functions/core/inbox/read-inbox.ts';
import type { LogEntry, Mentions } from '../../../../functions/core/messages/message.ts';
import { markRead } from '../../../../functions/core/receipts/move-receipt.ts';
import { membershipKey } from '../../../../functions/storage/keys.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { groups } from '../../support/groups.ts';
import { changedTo, storedAs } from '../../support/inboxes.ts';
import { id } from '../../support/people.ts';

/** A group of the users 1 to 3, with what the stream tells of it. */
async function three(history: 'all' | 'since_joining' = 'all') {
  const all = groups();
  const group = await all.create(1, [2, 3], { history });
  const { log, presences, clock, table, projection } = all;
  const moving = { log, presences, now: clock.now, receipts: receiptStore(table) };
  const entryAt = async (seq: number) => (await log.at(await all.own(1, group), [seq]))[0] as LogEntry;
  const stream: StoredMessage[] = [];
  const added = async () => void stream.push(storedAs((await log.last(await all.own(1, group))) as LogEntry));
  await added();
  return {
    ...all,
    group,
    stream,
    added,
    mention: async (n: number, mentions: Mentions | undefined, read?: number) => {
      const { seq } = await all.say(n, group, 'Hello', undefined, { mentions, read });
      await added();
      return seq;
    },
    erase: async (n: number, seq: number) => {
      const former = await entryAt(seq);
      await all.del(n, group, seq);
      stream.push(changedTo(await entryAt(seq), former));
    },
    read: async (n: number, seq: number) => markRead(moving, { conversation: await all.own(n, group), seq }),
    /** The stream's function gets the next records, and now and then earlier ones again. */
    catchUp: (from = 0) => projectMessages(projection, stream.slice(from)),
    /** As the inbox tells it: how many unread messages mention a user. */
    count: async (n: number) => {
      const [entry] = await all.entries(n);
      return entry?.kind === 'group' ? entry.mentions : undefined;
    },
    alone: async (n: number) => {
      const entry = await readConversation(
        { ...all.inbox, log, profiles: all.sending.profiles },
        await all.own(n, group),
      );
      return entry.kind === 'group' ? entry.mentions : undefined;
    },
  };
}

describe('the mentions of a member in the inbox', () => {
  it('are those by name and those of all, without own ones, and none for others', async () => {
    const { mention, catchUp, count, alone } = await three();
    await mention(1, { users: [id(2)] });
    await mention(1, { all: true });
    await mention(2, { users: [id(2), id(3)] });
    await mention(2, { all: true });
    await catchUp();
    expect([await count(1), await count(2), await count(3)]).toEqual([1, 2, 3]);
    expect([await alone(1), await alone(2), await alone(3)]).toEqual([1, 2, 3]);
  });

  it('count a message once that mentions somebody both ways', async () => {
    const { mention, catchUp, count } = await three();
    await mention(1, { users: [id(2)], all: true });
    await catchUp();
    expect([await count(2), await count(3)]).toEqual([1, 1]);
  });

  it('are fewer with each read receipt, and with what a member had read when they wrote', async () => {
    const { mention, catchUp, count, read } = await three();
    const first = await mention(1, { users: [id(2)] });
    const second = await mention(3, { all: true });
    await mention(1, { users: [id(2)] });
    await mention(1, { all: true });
    await catchUp();
    expect(await count(2)).toBe(4);
    await read(2, first);
    expect(await count(2)).toBe(3);
    await read(2, second);
    expect(await count(2)).toBe(2);
    await mention(2, { users: [id(3)] }, second + 1);
    await catchUp(4);
    expect(await count(2)).toBe(1);
    await read(2, second + 2);
    expect(await count(2)).toBe(0);
  });

  it('end with a deleted message for those by name. A message to all is unread until it is read, as all are', async () => {
    const { mention, erase, catchUp, count, read } = await three();
    const named = await mention(1, { users: [id(2), id(3)] });
    const all = await mention(1, { all: true });
    await catchUp();
    await erase(1, named);
    await erase(1, all);
    await catchUp(3);
    expect([await count(2), await count(3)]).toEqual([1, 1]);
    await read(2, all);
    expect([await count(2), await count(3)]).toEqual([0, 1]);
  });

  it('do not count twice when the stream repeats, nor come back after a deletion', async () => {
    const { mention, erase, catchUp, count, edit, react, group } = await three();
    const seq = await mention(1, { users: [id(2)] });
    await mention(1, { users: [id(2)] });
    for (const from of [0, 1, 2, 0]) await catchUp(from);
    expect(await count(2)).toBe(2);
    await edit(1, group, seq, 'Hi');
    await react(3, group, seq);
    await erase(1, seq);
    for (const from of [1, 3, 0]) await catchUp(from);
    expect(await count(2)).toBe(1);
  });

  it('begin with the joining of somebody new, and of somebody who comes back', async () => {
    const { mention, catchUp, count, put, remove, group, added } = await three();
    await mention(1, { users: [id(2)], all: true });
    await mention(1, { users: [id(2)] });
    await remove(1, group, 2);
    await added();
    await put(1, group, 2);
    await added();
    await put(1, group, 4);
    await added();
    // All that was said before comes only now.
    await catchUp();
    expect([await count(2), await count(4)]).toEqual([0, 0]);
    await mention(1, { users: [id(2)] });
    await mention(3, { all: true });
    await catchUp(6);
    expect([await count(2), await count(4)]).toEqual([2, 1]);
  });

  it('do not bring back a membership that has ended', async () => {
    const { mention, catchUp, remove, group, membership, state } = await three();
    await mention(1, { users: [id(2), id(3)] });
    await remove(2, group, 2);
    await catchUp();
    expect(membership(2, group)).toBeUndefined();
    expect(state.get(membershipKey(id(3), group))).toHaveProperty('mentions');
  });

  it('by name cost one read and one write for each user named in a batch, and of all none', async () => {
    const { mention, catchUp, commands, stream } = await three();
    await catchUp();
    /** What the stream's function does with five messages. */
    const costOf = async (mentions: Mentions | undefined) => {
      const from = stream.length;
      for (let i = 0; i < 5; i += 1) await mention(1, mentions);
      commands.length = 0;
      await catchUp(from);
      return Object.groupBy(commands, (name) => name);
    };
    const plain = await costOf(undefined);
    expect(await costOf({ all: true })).toEqual(plain);
    const named = await costOf({ users: [id(2), id(3)] });
    expect(named.Get).toHaveLength((plain.Get?.length ?? 0) + 2);
    expect(named.Update).toHaveLength((plain.Update?.length ?? 0) + 2);
    expect(Object.keys(named).toSorted()).toEqual(Object.keys(plain).toSorted());
  });

  it(`by name are the newest ${MAX_NOTED} at most`, async () => {
    const { mention, catchUp, count, read } = await three();
    let last = 0;
    for (let i = 0; i < MAX_NOTED + 5; i += 1) last = await mention(1, { users: [id(2)] });
    await catchUp();
    expect(await count(2)).toBe(MAX_NOTED);
    await read(2, last - 1);
    expect(await count(2)).toBe(1);
  });
});
