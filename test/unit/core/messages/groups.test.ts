import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../../../functions/core/conversations/conversation.ts';
import { ownGroup } from '../../../../functions/core/conversations/roster.ts';
import { editMessage } from '../../../../functions/core/messages/edit-message.ts';
import { readMessages, type Window } from '../../../../functions/core/messages/read-messages.ts';
import { sendMessage } from '../../../../functions/core/messages/send-message.ts';
import { forwardTyping } from '../../../../functions/core/presence/typing.ts';
import { markRead, markReceived } from '../../../../functions/core/receipts/move-receipt.ts';
import { framesOf } from '../../../../functions/protocol/server-frames.ts';
import { blockStore } from '../../../../functions/storage/blocks.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** Users 1 to 4 are owner, moderator, member and reader of a group whose log has four entries: the last is a message of 3. */
async function four(history: 'all' | 'since_joining' = 'all') {
  const all = groups();
  const group = await all.create(1, [2, 3, 4], { history });
  await all.put(1, group, 2, 'moderator');
  await all.put(1, group, 4, 'reader');
  await all.say(3, group, 'Hello');
  all.told();
  /** Sends what a member who was resolved earlier wants to say. */
  const sendAs = (conversation: OwnConversation, text = 'Late') =>
    sendMessage(all.sending, { conversation, text }, framesOf('someone'));
  return { ...all, group, sendAs };
}

describe('a message to a group', () => {
  it('is told to all members, and carries the version of the roster and the number of events', async () => {
    const { say, group, told, log, own } = await four();
    await say(1, group, 'Hi');
    expect(told().map(({ to, seq, sender_id }) => [to, seq, sender_id])).toEqual(
      [1, 2, 3, 4].map((to) => [to, 5, id(1)]),
    );
    expect(await log.last(await own(1, group))).toMatchObject({
      ...{ seq: 5, roster: 3, events: 3, counts: { 0: 1, 2: 1 } },
    });
  });

  it('of a reader is refused', async () => {
    const { say, group, said, told } = await four();
    expect(await rejection(say(4, group))).toEqual({ code: 'not_allowed' });
    expect([(await said(group)).length, told()]).toEqual([4, []]);
  });

  it.each<[string, (all: Awaited<ReturnType<typeof four>>) => Promise<unknown>]>([
    ['was removed', ({ remove, group }) => remove(1, group, 3)],
    ['has left', ({ remove, group }) => remove(3, group, 3)],
    ['has become a reader', ({ put, group }) => put(1, group, 3, 'reader')],
  ])('of somebody who %s since they were resolved is not stored', async (_, change) => {
    const all = await four();
    const before = await all.own(3, all.group);
    await change(all);
    const length = (await all.said(all.group)).length;
    all.told();
    expect(await rejection(all.sendAs(before))).toMatchObject({ code: 'busy' });
    expect([(await all.said(all.group)).length, all.told()]).toEqual([length, []]);
  });

  it('of somebody who is removed between the read of the log and the write is not stored', async () => {
    const all = await four();
    const before = await all.own(3, all.group);
    let reads = 0;
    const log = {
      ...all.log,
      async end(conversation: OwnConversation) {
        const end = await all.log.end(conversation);
        reads += 1;
        if (reads === 1) await all.remove(1, all.group, 3);
        return end;
      },
    } as typeof all.log;
    const sending = sendMessage(
      { ...all.sending, log },
      { conversation: before, text: 'Late' },
      framesOf('x'),
    );
    expect(await rejection(sending)).toMatchObject({ code: 'busy' });
    expect((await all.said(all.group)).at(-1)).toBe('5 user1 removed 3');
  });

  it('is stored for who tries again, and knows who is in the group', async () => {
    const { own, put, sendAs, group, said } = await four();
    const before = await own(3, group);
    await put(1, group, 5);
    expect(await rejection(sendAs(before, 'Hi'))).toMatchObject({ code: 'busy' });
    await sendAs(await own(3, group), 'Hi');
    expect((await said(group)).slice(4)).toEqual(['5 user1 joined 5', '6 user3 Hi']);
  });

  it('goes on when a member has deleted their account or blocks another one', async () => {
    const { say, group, table, connections, told } = await four();
    await blockStore(table).add(id(2), id(3), 10);
    await connections.remove(id(4), '4');
    await say(3, group, 'Hi');
    expect(told().map(({ to }) => to)).toEqual([1, 2, 3]);
  });

  it('that is sent again is told again, but not behind the back of somebody who has joined since', async () => {
    const { say, put, group, told } = await four('since_joining');
    const first = await say(3, group, 'Hi', id(77));
    expect(told()).toHaveLength(4);
    expect(await say(3, group, 'Hi', id(77))).toMatchObject({ id: first.id });
    expect(told()).toHaveLength(4);
    await put(1, group, 5);
    told();
    expect(await say(3, group, 'Hi', id(77))).toMatchObject({ id: first.id });
    expect(told()).toEqual([]);
  });

  it('that is sent again is told to somebody who may see all', async () => {
    const { say, put, group, told } = await four('all');
    await say(3, group, 'Hi', id(77));
    await put(1, group, 5);
    told();
    await say(3, group, 'Hi', id(77));
    expect(told().map(({ to }) => to)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('what happened to a group', () => {
  it('cannot be edited, deleted or reacted to, not even by who did it', async () => {
    const { edit, del, react, group, said } = await four();
    for (const n of [1, 2]) {
      for (const change of [() => edit(n, group, 2, 'x'), () => del(n, group, 2), () => react(n, group, 2)]) {
        expect(await rejection(change())).toEqual({ code: 'message_not_found' });
      }
    }
    expect((await said(group))[1]).toBe('2 user1 role 2 moderator');
  });
});

describe('a change of a message', () => {
  it('is for moderators and owners to delete, and for nobody else', async () => {
    for (const n of [1, 2]) {
      const { del, group, told } = await four();
      expect(await del(n, group, 4)).toMatchObject({ text: '', senderId: id(3) });
      expect(told().map(({ to, type }) => [to, type])).toEqual(
        [1, 2, 3, 4].map((to) => [to, 'message.changed']),
      );
    }
    const { del, say, group } = await four();
    await say(1, group, 'Mine');
    for (const n of [3, 4]) expect(await rejection(del(n, group, 5))).toEqual({ code: 'not_your_message' });
  });

  it('is an edit for its sender alone, whatever their role', async () => {
    const { edit, group } = await four();
    for (const n of [1, 2, 4]) {
      expect(await rejection(edit(n, group, 4, 'x'))).toEqual({ code: 'not_your_message' });
    }
    expect(await edit(3, group, 4, 'Hello!')).toMatchObject({ text: 'Hello!' });
  });

  it('is no edit for somebody who may only read by now, but they may delete it', async () => {
    const { put, edit, del, group } = await four();
    await put(1, group, 3, 'reader');
    expect(await rejection(edit(3, group, 4, 'x'))).toEqual({ code: 'not_allowed' });
    expect(await del(3, group, 4)).toMatchObject({ text: '' });
  });

  it('may be a reaction of any member', async () => {
    const { react, group } = await four();
    for (const n of [1, 2, 3, 4]) await react(n, group, 4);
    expect((await react(4, group, 4)).changed?.reactions).toEqual({ '👍': [1, 2, 3, 4].map(id) });
  });

  it('of somebody who was removed since they were resolved is not stored', async () => {
    const all = await four();
    const { rosters } = all;
    const former = await rosters.roster(all.group);
    await all.remove(1, all.group, 3);
    const { log, stored } = all;
    const conversation = former && ownGroup(former, id(3));
    if (!conversation) throw new Error('User 3 was in it.');
    const edit = { conversation, seq: 4, text: 'x', version: 1 };
    const changing = { ...all.dependencies, log, summaries: all.projection.inbox, editSeconds: undefined };
    expect(await rejection(editMessage(changing, edit, { frameFor: () => '' }))).toMatchObject({
      code: 'busy',
    });
    const [entry] = await log.at(conversation, [4]);
    expect(entry?.text).toBe('Hello');
    expect(await stored.roster(all.group)).toMatchObject({ version: 4 });
  });

  it('is told to nobody who may not see the message', async () => {
    const { put, edit, group, told } = await four('since_joining');
    await put(1, group, 5);
    told();
    await edit(3, group, 4, 'Hello!');
    expect(told().map(({ to }) => to)).toEqual([1, 2, 3, 4]);
  });

  it('is not possible before one joined', async () => {
    const { put, del, react, group } = await four('since_joining');
    await put(1, group, 5, 'moderator');
    for (const change of [del, react]) {
      expect(await rejection(change(5, group, 4))).toEqual({ code: 'message_not_found' });
    }
  });
});

describe('the history of somebody who joined as the fifth entry, and sees what came since', () => {
  const read = async (window: Window) => {
    const { put, say, group, log, own } = await four('since_joining');
    await put(1, group, 5);
    for (let i = 0; i < 4; i += 1) await say(3, group);
    const page = await readMessages(log, { conversation: await own(5, group), window });
    return { ...page, messages: page.messages.map(({ seq }) => seq) };
  };

  it.each<[Window, number[], object]>([
    [{ limit: 100 }, [5, 6, 7, 8, 9], { older: undefined, newer: undefined }],
    [{ limit: 2 }, [8, 9], { older: 8, newer: undefined }],
    [{ before: 8, limit: 9 }, [5, 6, 7], { older: undefined, newer: 7 }],
    [{ before: 5, limit: 9 }, [], { older: undefined, newer: 0 }],
    [{ before: 1, limit: 9 }, [], { older: undefined, newer: 0 }],
    [{ before: 0, limit: 9 }, [], { older: undefined, newer: 0 }],
    [{ after: 0, limit: 2 }, [5, 6], { older: undefined, newer: 6 }],
    [{ after: 3, limit: 9 }, [5, 6, 7, 8, 9], { older: undefined, newer: undefined }],
    [{ after: 9, limit: 9 }, [], { older: 10, newer: undefined }],
    [{ around: 1, limit: 3 }, [5, 6, 7], { older: undefined, newer: 7 }],
    [{ around: 6, limit: 3 }, [5, 6, 7], { older: undefined, newer: 7 }],
    [{ around: 7, limit: 3 }, [6, 7, 8], { older: 6, newer: 8 }],
    [{ around: 99, limit: 3 }, [7, 8, 9], { older: 7, newer: undefined }],
    [{ around: 5, limit: 100 }, [5, 6, 7, 8, 9], { older: undefined, newer: undefined }],
  ])('of nine, %j, is %j', async (window, seqs, sides) => {
    expect(await read(window)).toMatchObject({ messages: seqs, last: 9, sides });
  });
});

describe('what shows that a member is there', () => {
  const moving = ({ log, presences, clock, table }: Awaited<ReturnType<typeof four>>) => ({
    ...{ log, presences, now: clock.now, receipts: receiptStore(table) },
  });

  it('is told to all others without a block: receipts', async () => {
    const all = await four();
    await blockStore(all.table).add(id(2), id(1), 10);
    const request = { conversation: await all.own(1, all.group), seq: 4 };
    expect(await markRead(moving(all), request)).toEqual({ moved: true, tells: [1, 3, 4].map(id) });
    const other = { conversation: await all.own(3, all.group), seq: 4 };
    await all.presences.hide(id(4), true);
    expect(await markReceived(moving(all), other)).toEqual({ moved: true, tells: [3, 1, 2].map(id) });
  });

  it('is told to all others without a block who show their own presence: typing', async () => {
    const all = await four();
    await blockStore(all.table).add(id(2), id(3), 10);
    await all.presences.hide(id(4), true);
    const typing = { ...moving(all), times: new Map() };
    const type = async (n: number) => forwardTyping(typing, await all.own(n, all.group));
    expect(await type(3)).toEqual({ forwarded: true, tells: [id(1)] });
    expect(await type(3)).toEqual({ forwarded: false, tells: [] });
    expect(await rejection(type(4))).toEqual({ code: 'not_allowed' });
  });

  it('counts the messages of others, and no events, as read', async () => {
    const all = await four();
    await all.say(1, all.group, 'Hi');
    const request = { conversation: await all.own(4, all.group), seq: 5 };
    await markRead(moving(all), request);
    expect(all.membership(4, all.group)).toMatchObject({ readSeq: 5, readOthers: 2 });
    await markRead(moving(all), { ...request, conversation: await all.own(3, all.group) });
    expect(all.membership(3, all.group)).toMatchObject({ readSeq: 5, readOthers: 1 });
  });
});
