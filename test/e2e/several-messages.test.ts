import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, quiet } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let phone: Socket;
let laptop: Socket;
let his: Socket;
let original: Socket;
beforeEach(async () => {
  [ada, charles] = await people(api, 2);
  [phone, laptop, his, original] = await Promise.all([
    device(url, ada),
    device(url, ada),
    device(url, charles),
    connect(url, { token: charles.access, peer: ada.id }),
  ]);
});
afterEach(closeSockets);

interface Result {
  readonly client_id: string;
  readonly status: string;
  readonly seq?: number;
}
const several = (...texts: readonly string[]) =>
  texts.map((text) => ({ client_id: crypto.randomUUID(), text }));
const say = (messages: unknown, more: object = {}): Promise<Frame> =>
  phone.ask({ action: 'message.send', to: charles.id, messages, ...more });
const statuses = ({ results }: Frame) => (results as Result[]).map(({ status, seq }) => [status, seq]);
const history = async (): Promise<{ message: string; seq: number }[]> => {
  const { body } = await api.get(`/chat/history/${ada.id}/?limit=100`, { token: charles.access });
  return body.results.map(({ message, seq }: { message: string; seq: number }) => ({ message, seq }));
};

describe('several messages in one frame', () => {
  it('are stored in order, and reach other devices in one frame and old clients one by one', async () => {
    const messages = several('one', 'two', 'three');
    const answer = await say(messages, { after: 0 });
    expect(statuses(answer)).toEqual([
      ['stored', 1],
      ['stored', 2],
      ['stored', 3],
    ]);
    expect(await history()).toEqual([
      { message: 'three', seq: 3 },
      { message: 'two', seq: 2 },
      { message: 'one', seq: 1 },
    ]);
    const told = await his.next();
    expect(told).toMatchObject({
      type: 'chat.messages',
      conversation: conversationOf(ada, charles),
      sender_id: ada.id,
      messages: [
        { seq: 1, message: 'one' },
        { seq: 2, message: 'two' },
        { seq: 3, message: 'three' },
      ],
    });
    expect(JSON.stringify(told)).not.toContain('client_id');
    expect((await laptop.next()).messages).toMatchObject(messages.map(({ client_id }) => ({ client_id })));
    for (const message of ['one', 'two', 'three']) {
      expect(await original.next()).toMatchObject({ type: 'chat.message', message });
    }
    await quiet(phone);
  });

  it('are stored once, however often and however cut the frame is sent again', async () => {
    const messages = several('one', 'two', 'three', 'four');
    await say(messages.slice(0, 2), { after: 0 });
    const answers = await Promise.all([1, 2, 3].map(() => say(messages, { after: 0 })));
    for (const answer of answers) {
      expect(statuses(answer).map(([, seq]) => seq)).toEqual([1, 2, 3, 4]);
    }
    expect(await history()).toHaveLength(4);
  });

  it('are sent over HTTP alike', async () => {
    const messages = several('one', 'two');
    const post = () =>
      api.request('POST', `/conversations/${conversationOf(ada, charles)}/messages/`, {
        token: ada.access,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ messages, after: 0 }),
      });
    expect((await post()).body.results).toMatchObject([
      { status: 'stored', seq: 1 },
      { status: 'stored', seq: 2 },
    ]);
    expect((await post()).body.results).toMatchObject([
      { status: 'repeated', seq: 1 },
      { status: 'repeated', seq: 2 },
    ]);
    expect(await his.next()).toMatchObject({ type: 'chat.messages', messages: [{ seq: 1 }, { seq: 2 }] });
    expect(await history()).toHaveLength(2);
  });

  it('are refused together if one is malformed', async () => {
    const [good] = several('good');
    expect(await say([good, { client_id: crypto.randomUUID(), text: '' }])).toMatchObject({
      code: 'validation_failed',
      errors: { 'messages.1.text': [expect.any(String)] },
    });
    await quiet(his);
  });
});
