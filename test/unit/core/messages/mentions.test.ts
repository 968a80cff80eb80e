import { describe, expect, it } from 'vitest';
import type { Mentions } from '../../../../functions/core/messages/message.ts';
import { sendMessage } from '../../../../functions/core/messages/send-message.ts';
import { framesOf } from '../../../../functions/protocol/server-frames.ts';
import { messageKey } from '../../../../functions/storage/keys.ts';
import { groups } from '../../support/groups.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** A group of the users 1 to 4, of whom 4 is a reader. Its log has two entries. */
async function four() {
  const all = groups();
  const group = await all.create(1, [2, 3, 4]);
  await all.put(1, group, 4, 'reader');
  all.told();
  const mention = (n: number, mentions: Mentions, clientId?: string) =>
    all.say(n, group, 'Hello', clientId, { mentions });
  const lengthOf = async () => (await all.said(group)).length;
  return { ...all, group, mention, lengthOf, stored: (seq: number) => all.state.get(messageKey(group, seq)) };
}

describe('a message that mentions members of a group', () => {
  it.each<[string, Mentions]>([
    ['by name', { users: [id(2), id(4)] }],
    ['with all', { all: true }],
    ['both ways', { users: [id(3)], all: true }],
    ['by the own name', { users: [id(1)] }],
  ])('%s tells every reader', async (_, mentions) => {
    const { mention, told, log, own, group } = await four();
    expect(await mention(1, mentions)).toMatchObject({ seq: 3, mentions });
    expect(told().map(({ to, mentions }) => [to, mentions])).toEqual(
      [1, 2, 3, 4].map((to) => [to, mentions]),
    );
    expect(await log.last(await own(2, group))).toMatchObject({ seq: 3, mentions });
  });

  it('carries on how many mention all, by member, through messages and events', async () => {
    const { mention, say, group, rename, log, own } = await four();
    const alls = async () => (await log.last(await own(1, group)))?.alls;
    await mention(1, { users: [id(2)] });
    expect(await alls()).toBeUndefined();
    await mention(2, { all: true });
    await mention(3, { all: true, users: [id(1)] });
    await mention(2, { all: true });
    expect(await alls()).toEqual({ 1: 2, 2: 1 });
    await rename(1, group, 'Journey');
    expect(await alls()).toEqual({ 1: 2, 2: 1 });
    await say(1, group);
    expect(await alls()).toEqual({ 1: 2, 2: 1 });
  });

  it.each<[string, number]>([
    ['a stranger', 7],
    ['nobody', 404],
    ['somebody who has left', 3],
  ])('is refused if one of them is %s, and nothing is stored', async (_, n) => {
    const { mention, remove, group, lengthOf, told } = await four();
    await remove(3, group, 3);
    const length = await lengthOf();
    told();
    expect(await rejection(mention(1, { users: [id(2), id(n)] }))).toEqual({ code: 'mention_invalid' });
    expect(await rejection(mention(1, { users: [id(n)], all: true }))).toEqual({ code: 'mention_invalid' });
    expect([await lengthOf(), told()]).toEqual([length, []]);
  });

  it('is refused from a reader, and in a conversation of two', async () => {
    const { mention, sending, own, lengthOf } = await four();
    expect(await rejection(mention(4, { all: true }))).toEqual({ code: 'not_allowed' });
    expect(await lengthOf()).toBe(2);
    const pair = {
      conversation: await own(1, CONVERSATION),
      text: 'Hello',
      mentions: { all: true } as const,
    };
    expect(await rejection(sendMessage(sending, pair, framesOf('user1')))).toEqual({ code: 'not_a_group' });
    const toUser = { ...pair, mentions: { users: [id(2)] } };
    expect(await rejection(sendMessage(sending, toUser, framesOf('user1')))).toEqual({ code: 'not_a_group' });
  });

  it('is found by a retry, whomever that one mentions', async () => {
    const { mention, say, remove, group, lengthOf } = await four();
    const first = await mention(1, { users: [id(3)] }, id(77));
    await remove(3, group, 3);
    const length = await lengthOf();
    for (const mentions of [{ users: [id(3)] }, { all: true }, { users: [id(404)] }] as const) {
      expect(await mention(1, mentions, id(77))).toMatchObject({ id: first.id, mentions: first.mentions });
    }
    expect(await say(1, group, 'Hello', id(77))).toMatchObject({ id: first.id, mentions: first.mentions });
    expect(await lengthOf()).toBe(length);
  });
});

describe('the mentions of a message', () => {
  it('stay when it is edited', async () => {
    const { mention, edit, group, told, log, own } = await four();
    await mention(1, { users: [id(2)], all: true });
    told();
    await edit(1, group, 3, 'Hi');
    expect(await log.at(await own(2, group), [3])).toMatchObject([
      { text: 'Hi', mentions: { users: [id(2)], all: true } },
    ]);
    expect(told()).toMatchObject([1, 2, 3, 4].map((to) => ({ to, message: { mentions: { all: true } } })));
  });

  it('stay when somebody reacts', async () => {
    const { mention, react, group, log, own } = await four();
    await mention(1, { users: [id(2)] });
    await react(2, group, 3);
    expect(await log.at(await own(2, group), [3])).toMatchObject([{ mentions: { users: [id(2)] } }]);
  });

  it('are gone when it is deleted, and the facts of the log stay', async () => {
    const { mention, del, say, group, told, stored, log, own } = await four();
    await mention(1, { users: [id(2)], all: true });
    told();
    await del(1, group, 3);
    expect(stored(3)).not.toHaveProperty('mentions');
    for (const { message } of told()) expect(message).not.toHaveProperty('mentions');
    await say(2, group);
    expect(await log.last(await own(2, group))).toMatchObject({ seq: 4, alls: { 0: 1 } });
  });
});
