import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
let phone: Socket;
let laptop: Socket;
let his: Socket;
beforeAll(async () => {
  [ada, charles, eve] = await people(api, 3);
});
beforeEach(async () => {
  [phone, laptop, his] = await Promise.all([device(url, ada), device(url, ada), device(url, charles)]);
});
afterEach(closeSockets);

const original = (of: Person, withPerson: Person) => connect(url, { token: of.access, peer: withPerson.id });
const count = async (of: Person, withPerson: Person): Promise<number> =>
  (await api.get(`/chat/history/${withPerson.id}/?limit=1`, { token: of.access })).body.count;

describe('a message from a device', () => {
  it('reaches every device and every conversation’s socket of both members, and nobody else', async () => {
    const [hersToHim, hisToHer] = await Promise.all([original(ada, charles), original(charles, ada)]);
    const outsiders = await Promise.all([original(charles, eve), original(eve, ada), device(url, eve)]);
    const sent = await phone.ask(
      messageTo(charles, 'Hello', { client_id: crypto.randomUUID().toUpperCase() }),
    );
    expect(sent).toEqual({
      type: 'message.sent',
      id: expect.any(String),
      conversation: conversationOf(ada, charles),
      seq: expect.any(Number),
      message: 'Hello',
      sender: ada.username,
      sender_id: ada.id,
      created_at: expect.any(String),
      read: expect.any(Number),
      client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ref: expect.any(String),
    });
    const { ref, client_id, ...message } = sent;
    const told = { ...message, type: 'chat.message' };
    for (const socket of [laptop, hersToHim]) expect(await socket.next()).toEqual({ ...told, client_id });
    for (const socket of [his, hisToHer]) expect(await socket.next()).toEqual(told);
    for (const socket of [phone, laptop, his]) await quiet(socket);
    for (const socket of outsiders) await quiet(socket);
  });

  it('is in the history of both members with the same `seq`', async () => {
    const { id, seq } = await phone.ask(messageTo(charles, 'for later'));
    for (const [one, other] of [
      [ada, charles],
      [charles, ada],
    ] as const) {
      const { body } = await api.get(`/chat/history/${other.id}/?limit=1`, { token: one.access });
      expect(body).toMatchObject({ count: seq, results: [{ id, message: 'for later' }] });
    }
  });

  it('may name the conversation instead of the user', async () => {
    const conversation = conversationOf(ada, charles);
    const first = await phone.ask(messageTo(charles, 'to him'));
    const { to, ...frame } = messageTo(charles, 'into the conversation');
    expect(await his.ask({ ...frame, conversation })).toMatchObject({
      type: 'message.sent',
      conversation,
      seq: (first.seq as number) + 1,
      sender: charles.username,
    });
  });

  it('starts a conversation, with either of the two', async () => {
    const [first, second, third] = await people(api, 3);
    expect(await phone.ask(messageTo(first, 'we have not met'))).toMatchObject({ seq: 1 });
    const { to, ...frame } = messageTo(second, 'neither have we');
    expect(await phone.ask({ ...frame, conversation: conversationOf(ada, second) })).toMatchObject({
      seq: 1,
    });
    expect(await phone.ask(messageTo(third, 'nor we', { after: 0 }))).toMatchObject({ seq: 1 });
  });

  it('has the sender of the token, whatever the frame says', async () => {
    const sent = await phone.ask(
      messageTo(charles, 'it is me', { sender: 'eve', sender_id: eve.id, user_id: eve.id, seq: 7, id: 'x' }),
    );
    expect(sent).toMatchObject({ sender: ada.username, sender_id: ada.id });
    expect(sent.id).not.toBe('x');
    expect(await his.next()).toMatchObject({ sender: ada.username, sender_id: ada.id, id: sent.id });
  });

  it.each([
    ['4,000 characters of three bytes', '名'.repeat(4000)],
    ['4,000 characters outside the first plane', '𝒳'.repeat(4000)],
    ['what looks like markup and JSON', '"\\/<script>&amp;\u2028'],
  ])('may have %s', async (_what, text) => {
    expect(await phone.ask(messageTo(charles, text))).toMatchObject({ type: 'message.sent', message: text });
    expect(await his.next()).toMatchObject({ message: text });
  });

  it('reaches a device from a conversation’s socket too', async () => {
    const hers = await original(ada, charles);
    const { id, seq } = await hers.say('the old way');
    for (const socket of [phone, laptop, his]) {
      expect(await socket.next()).toMatchObject({ type: 'chat.message', id, seq, message: 'the old way' });
    }
  });

  it('still reaches the others when one device has gone', async () => {
    await laptop.close();
    await phone.ask(messageTo(charles, 'still here?'));
    expect(await his.next()).toMatchObject({ message: 'still here?' });
    const later = await device(url, charles);
    await phone.ask(messageTo(charles, 'and there?'));
    expect(await later.next()).toMatchObject({ message: 'and there?' });
  });
});

describe('there is no recipient', () => {
  it.each([
    ['an unknown user', () => crypto.randomUUID()],
    ['oneself', () => ada.id],
    ['what is no id', () => 'nobody'],
    ['nothing', () => ''],
    ['a key of the table', () => `USER#${charles.id}`],
    ['oneself in capitals', () => ada.id.toUpperCase()],
    ['an id with a NUL behind it', () => `${charles.id}\u0000`],
  ])('as %s', async (_what, id) => {
    expect(await phone.ask(messageTo({ id: id() }, 'hello?'))).toMatchObject({
      type: 'error',
      code: 'user_not_found',
    });
    await quiet(his);
  });

  it('in a conversation that the sender is not in: the answer is as for one that does not exist', async () => {
    const hisWithEve = conversationOf(charles, eve);
    await his.ask(messageTo(eve, 'between us'));
    const before = await count(charles, eve);
    const [herDevice] = await Promise.all([device(url, eve)]);
    const answerFor = async (conversation: string) => {
      const { to, ...frame } = messageTo(charles, 'let me in');
      const { ref, ...answer } = await phone.ask({ ...frame, conversation });
      return JSON.parse(JSON.stringify(answer).replaceAll(conversation, 'ID'));
    };
    const unknown = await answerFor(`${[crypto.randomUUID(), crypto.randomUUID()].sort().join('.')}`);
    expect(unknown).toMatchObject({ type: 'error', code: 'conversation_not_found' });
    for (const id of [
      hisWithEve,
      'x',
      `${ada.id}.${ada.id}`,
      [charles.id, ada.id].sort().reverse().join('.'),
    ]) {
      expect(await answerFor(id), id).toEqual(unknown);
    }
    expect(await count(charles, eve)).toBe(before);
    await quiet(herDevice);
  });
});
