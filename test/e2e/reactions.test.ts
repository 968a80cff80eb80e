import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { createGroup } from './support/groups.ts';
import { postMessage, sendMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
let conversation: string;
let phone: Socket;
let his: Socket;
beforeEach(async () => {
  [ada, charles, eve] = await people(api, 3);
  conversation = conversationOf(ada, charles);
  [phone, his] = await Promise.all([device(url, ada), device(url, charles)]);
  for (const text of ['one', 'two']) await sendMessage(api, ada, conversation, text);
  for (const socket of [phone, his]) await socket.collect(2);
});
afterEach(closeSockets);

const at = (action: string, seq: number, emoji: unknown) => ({ action, conversation, seq, emoji });
const path = (emoji: string, seq: unknown = 1, id = conversation) =>
  `/conversations/${id}/messages/${seq}/reactions/${encodeURIComponent(emoji)}/`;
const put = (emoji: string, { access: token } = charles) => api.request('PUT', path(emoji), { token });
const remove = (emoji: string, { access: token } = charles) => api.request('DELETE', path(emoji), { token });
const messages = async ({ access: token } = ada) =>
  (await api.get(`/conversations/${conversation}/messages/`, { token })).body;
const reactions = async () => (await messages()).results[0].reactions;

describe('a reaction', () => {
  it('is told to every other device, and is part of the message from then on', async () => {
    const reply = await his.ask(at('message.react', 1, '👍'));
    const own = { emoji: '👍', users: [charles.id] };
    expect(reply).toMatchObject({
      type: 'message.changed',
      change: 1,
      message: { seq: 1, reactions: [own] },
    });
    expect(await phone.next()).toMatchObject({ type: 'message.changed', message: { reactions: [own] } });
    await phone.ask(at('message.react', 1, '👍'));
    await phone.ask(at('message.react', 1, '🎉'));
    const both = [
      { emoji: '👍', users: [charles.id, ada.id] },
      { emoji: '🎉', users: [ada.id] },
    ];
    expect(await reactions()).toEqual(both);
    const { changed } = await his.ask({
      action: 'sync',
      conversations: { [conversation]: { seq: 2, change: 1 } },
    });
    expect(changed).toMatchObject([{ seq: 1, reactions: both }]);
  });

  it('is told as one with others to the same message, to all devices that did not ask', async () => {
    const tablet = await device(url, charles);
    const emoji = Array.from({ length: 12 }, (_, i) => String.fromCodePoint(0x1f600 + i));
    const began = performance.now();
    for (const one of emoji) await his.ask(at('message.react', 1, one));
    const seconds = (performance.now() - began) / 1_000;
    const told: Frame[] = [];
    for (const socket of [phone, tablet]) {
      told.length = 0;
      while (told.at(-1)?.change !== 12) told.push(await socket.next());
      expect(told.flatMap(({ change, changes = [change] }) => changes)).toEqual(emoji.map((_, i) => i + 1));
      expect(told.at(-1)?.message).toMatchObject({ reactions: emoji.map((one) => ({ emoji: one })) });
      // Each second is a batch, and its reactions may lie in two.
      expect(told.length).toBeLessThanOrEqual(2 + Math.ceil(seconds));
    }
  });

  it('of each of ten members at the same moment is stored, or refused as busy, and all hear of those', async () => {
    const others = await people(api, 9);
    const { id } = await createGroup(api, ada, others);
    await sendMessage(api, ada, id, 'Who comes?');
    const { seq } = (await api.get(`/conversations/${id}/messages/`, { token: ada.access })).body.results.at(
      -1,
    );
    const all = [ada, ...others];
    const replies = await Promise.all(
      all.map(({ access: token }) => api.request('PUT', path('👍', seq, id), { token })),
    );
    expect(new Set(replies.map(({ status, body }) => (status === 200 ? 200 : body.code)))).toContain(200);
    const stored = all.filter((_, i) => replies[i]?.status === 200).map((one) => one.id);
    for (const { status, body } of replies) if (status !== 200) expect(body.code).toBe('busy');
    let last: Frame = await phone.next();
    while (last.type !== 'message.changed' || last.change !== stored.length) last = await phone.next();
    const { reactions: [told] = [] } = last.message as unknown as { reactions?: { users: string[] }[] };
    expect(told?.users.toSorted()).toEqual(stored.toSorted());
  });

  it('can be made and taken back over HTTP, any number of times', async () => {
    for (let i = 0; i < 2; i += 1) {
      expect(await put('❤️')).toMatchObject({ status: 200, body: { change: 1, message: { message: 'one' } } });
    }
    expect(await reactions()).toEqual([{ emoji: '❤️', users: [charles.id] }]);
    for (let i = 0; i < 2; i += 1)
      expect(await remove('❤️')).toMatchObject({ status: 200, body: { change: 2 } });
    expect(await reactions()).toBeUndefined();
  });

  it('without the variation selector that keyboards leave out is the same', async () => {
    await put('\u2764');
    expect(await reactions()).toEqual([{ emoji: '\u2764\ufe0f', users: [charles.id] }]);
    await remove('\u2764\ufe0f');
    expect(await reactions()).toBeUndefined();
  });

  it.each(['👨‍👩‍👧‍👦', '👍🏽', '🇩🇪', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏳️‍🌈'])('may be %s, which is one emoji', async (emoji) => {
    expect(await his.ask(at('message.react', 1, emoji))).toMatchObject({ type: 'message.changed' });
    expect(await put(emoji)).toMatchObject({ status: 200 });
  });

  it.each<[unknown]>([
    ['x'],
    [''],
    ['👍👍'],
    ['👍 '],
    [':+1:'],
    ['\ud83d'],
    ['🇩'],
    ['1'],
    ['\u200d'],
    [7],
    [null],
    [['👍']],
    ['👍'.repeat(100)],
  ])('%j is none', async (emoji) => {
    expect(await his.ask(at('message.react', 1, emoji))).toMatchObject({
      code: 'validation_failed',
      errors: { emoji: expect.anything() },
    });
    expect(await messages()).toMatchObject({ last_change: 0 });
    await quiet(phone);
  });

  it('is one of twenty different ones at most', async () => {
    for (let i = 0; i < 20; i += 1) {
      expect(await his.ask(at('message.react', 1, String.fromCodePoint(0x1f600 + i)))).toMatchObject({
        change: i + 1,
      });
    }
    expect(await his.ask(at('message.react', 1, '👍'))).toMatchObject({ code: 'too_many_reactions' });
    expect(await put('👍')).toMatchObject({ status: 409, body: { code: 'too_many_reactions' } });
    expect(await put('😀', ada)).toMatchObject({ status: 200 });
  });

  it('to a message of a conversation of others, to none, or to a deleted one is refused', async () => {
    expect(await put('👍', eve)).toMatchObject({ status: 404, body: { code: 'conversation_not_found' } });
    expect(await his.ask(at('message.react', 9, '👍'))).toMatchObject({ code: 'message_not_found' });
    await phone.ask({ action: 'message.delete', conversation, seq: 1 });
    expect(await put('👍')).toMatchObject({ status: 409, body: { code: 'message_deleted' } });
  });

  it('does not make an edit a conflict, and is kept by it', async () => {
    await put('👍');
    expect(
      await phone.ask({ action: 'message.edit', conversation, seq: 1, version: 1, text: 'eins' }),
    ).toMatchObject({ message: { version: 2, reactions: [{ emoji: '👍' }] } });
  });

  it('is not counted as unread, and does not show in the inbox', async () => {
    await his.ask({ action: 'conversation.read', conversation, seq: 2 });
    await phone.ask(at('message.react', 2, '👍'));
    const { body } = await api.get(`/conversations/${conversation}/`, { token: charles.access });
    expect(body).toMatchObject({ unread: 0 });
    expect(body.last_message.reactions).toBeUndefined();
  });
});

describe('a message that answers another one', () => {
  it('names it, for every reader', async () => {
    const reply = await his.ask(messageTo(ada, 'an answer', { reply_to: 1 }));
    expect(reply).toMatchObject({ type: 'message.sent', seq: 3, reply_to: 1 });
    expect(await phone.next()).toMatchObject({ type: 'chat.message', seq: 3, reply_to: 1 });
    expect((await messages()).results[2]).toMatchObject({ message: 'an answer', reply_to: 1 });
    const history = await api.get(`/chat/history/${charles.id}/`, { token: ada.access });
    expect(history.body.results[0]).toMatchObject({ reply_to: 1 });
  });

  it('may be one of several, or come over HTTP', async () => {
    const several = [1, 2].map((reply_to) => ({ client_id: crypto.randomUUID(), text: 'x', reply_to }));
    const { results } = await his.ask({ action: 'message.send', to: ada.id, messages: several });
    expect(results).toMatchObject([{ reply_to: 1 }, { reply_to: 2 }]);
    expect(await phone.next()).toMatchObject({ messages: [{ reply_to: 1 }, { reply_to: 2 }] });
    expect(await postMessage(api, ada, conversation, { text: 'y', reply_to: 4 })).toMatchObject({
      status: 201,
      body: { reply_to: 4 },
    });
  });

  it('stays one when the other is edited or deleted', async () => {
    await his.ask(messageTo(ada, 'an answer', { reply_to: 1 }));
    await phone.ask({ action: 'message.delete', conversation, seq: 1 });
    expect((await messages()).results[2]).toMatchObject({ reply_to: 1 });
  });

  it.each([3, 4, Number.MAX_SAFE_INTEGER])('that is not there, such as %d, is refused', async (reply_to) => {
    expect(await his.ask(messageTo(ada, 'an answer', { reply_to }))).toMatchObject({
      code: 'reply_to_invalid',
    });
    expect(await postMessage(api, ada, conversation, { text: 'y', reply_to })).toMatchObject({
      status: 400,
      body: { code: 'reply_to_invalid' },
    });
    expect(await messages()).toMatchObject({ last_seq: 2 });
    await quiet(phone);
  });

  it.each([0, -1, 1.5, '1', null])('with `reply_to` %j is refused', async (reply_to) => {
    expect(await his.ask(messageTo(ada, 'an answer', { reply_to }))).toMatchObject({
      code: 'validation_failed',
      errors: { reply_to: expect.anything() },
    });
  });
});
