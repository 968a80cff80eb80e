import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
let conversation: string;
/** Ada's device, with three messages from Charles. */
let phone: Socket;
let laptop: Socket;
let his: Socket;
let originals: Socket[];
beforeEach(async () => {
  [ada, charles, eve] = await people(api, 3);
  conversation = conversationOf(ada, charles);
  his = await device(url, charles);
  for (const text of ['one', 'two', 'three']) await his.ask(messageTo(ada, text));
  [phone, laptop, ...originals] = await Promise.all([
    device(url, ada),
    device(url, ada),
    connect(url, { token: charles.access, peer: ada.id }),
    connect(url, { token: ada.access, peer: charles.id }),
  ]);
});
afterEach(closeSockets);

const everybody = () => [phone, laptop, his, ...originals];
const read = (seq: unknown, id = conversation) => ({ action: 'conversation.read', conversation: id, seq });
const received = (seq: unknown, id = conversation) => ({ action: 'message.received', conversation: id, seq });
const receipt = (type: string, seq: number) => ({ type, conversation, user_id: ada.id, seq });

describe.each([
  ['conversation.read', read],
  ['message.received', received],
] as const)('%s', (type, frame) => {
  it("reaches the other member's devices and the user's other ones, and no conversation's socket", async () => {
    expect(await phone.ask(frame(2))).toEqual({ ...receipt(type, 2), moved: true, ref: expect.any(String) });
    for (const socket of [laptop, his]) expect(await socket.next()).toEqual(receipt(type, 2));
    for (const socket of everybody()) await quiet(socket);
  });

  it.each([
    ['backwards', 1],
    ['to where it is', 2],
    ['beyond the last message', 4],
    ['far beyond', Number.MAX_SAFE_INTEGER],
    ['to nothing', 0],
  ])('is accepted and changes nothing %s', async (_what, seq) => {
    await phone.ask(frame(2));
    for (const socket of [laptop, his]) await socket.next();
    expect(await laptop.ask(frame(seq))).toEqual({
      ...receipt(type, seq),
      moved: false,
      ref: expect.any(String),
    });
    for (const socket of everybody()) await quiet(socket);
  });

  it('is refused in a conversation that the user is not in, as in one that does not exist', async () => {
    await his.ask(messageTo(eve, 'between us'));
    const answerFor = async (id: string) => {
      const { ref, ...answer } = await phone.ask(frame(1, id));
      return JSON.parse(JSON.stringify(answer).replaceAll(id, 'ID'));
    };
    const unknown = await answerFor([crypto.randomUUID(), crypto.randomUUID()].sort().join('.'));
    expect(unknown).toMatchObject({ type: 'error', code: 'conversation_not_found' });
    for (const id of [conversationOf(charles, eve), 'x', conversationOf(ada, eve), `${ada.id}.${ada.id}`]) {
      expect(await answerFor(id), id).toEqual(unknown);
    }
    for (const socket of everybody()) await quiet(socket);
  });
});

describe('the delivery receipt', () => {
  it('is stored at most every 2 seconds, and the reply says when to try again', async () => {
    expect(await phone.ask(received(1))).toMatchObject({ moved: true });
    const early = await phone.ask(received(2));
    expect(early).toMatchObject({ moved: false, retry_after: expect.any(Number) });
    expect(await laptop.ask(received(3))).toMatchObject({ moved: false, retry_after: expect.any(Number) });
    expect(early.retry_after).toBeLessThanOrEqual(2);
    await delay((early.retry_after as number) * 1000);
    expect(await phone.ask(received(3))).toMatchObject({ moved: true });
    expect(await his.next()).toEqual(receipt('message.received', 1));
    expect(await his.next()).toEqual(receipt('message.received', 3));
    await quiet(his);
  });

  it('does not wait for a receipt in another conversation', async () => {
    const hers = await device(url, eve);
    await hers.ask(messageTo(ada, 'hello'));
    expect(await phone.ask(received(1))).toMatchObject({ moved: true });
    expect(await phone.ask(received(1, conversationOf(ada, eve)))).toMatchObject({ moved: true });
  });
});

describe('the receipts of both members', () => {
  /** The receipts that each device gets by `sync`, once the inbox has followed the log. */
  async function receiptsFor(socket: Socket) {
    for (;;) {
      const { conversations } = await socket.ask({ action: 'sync', conversations: { [conversation]: 3 } });
      const [entry] = conversations as { last_message: { seq: number } }[];
      if (entry?.last_message.seq === 3) return entry;
      await delay(50);
    }
  }

  it('are in the conversation: a sender has read, and a reader has received', async () => {
    await phone.ask(received(1));
    // The inbox's summary has what senders had read, and follows the log by about a second.
    await expect
      .poll(() => receiptsFor(phone), { timeout: 15_000 })
      .toMatchObject({
        received: 1,
        read: 0,
        unread: 3,
        peer_read: 3,
        peer_received: 3,
      });
    expect(await receiptsFor(his)).toMatchObject({
      received: 3,
      read: 3,
      unread: 0,
      peer_read: 0,
      peer_received: 1,
    });
    await laptop.ask(read(2));
    expect(await receiptsFor(phone)).toMatchObject({ received: 2, read: 2, unread: 1 });
    expect(await receiptsFor(his)).toMatchObject({ peer_read: 2, peer_received: 2 });
  });

  it('never move back, in whatever order three devices send them', async () => {
    const third = await device(url, ada);
    await Promise.all(
      [phone, laptop, third].flatMap((socket, i) => [socket.ask(read(3 - i)), socket.ask(read(1 + i))]),
    );
    expect(await receiptsFor(his)).toMatchObject({ peer_read: 3 });
    expect(await phone.ask(read(3))).toMatchObject({ moved: false });
  });
});

describe('a user who hides their presence', () => {
  const seen = async () => (await api.get(`/conversations/${conversation}/`, { token: charles.access })).body;

  it('reveals by no receipt that their app is open, until they read', async () => {
    await api.patch('/users/me/', { presence: 'hidden' }, { token: ada.access });
    expect(await phone.ask(received(2))).toMatchObject({ moved: true });
    expect(await laptop.next()).toEqual(receipt('message.received', 2));
    await quiet(his);
    expect(await seen()).toMatchObject({ peer_received: 0, peer_read: 0 });
    await phone.ask(read(1));
    expect(await his.next()).toEqual(receipt('conversation.read', 1));
    expect(await seen()).toMatchObject({ peer_received: 1, peer_read: 1 });
  });

  it('sees of others no more than what they have read, until they show it again', async () => {
    const show = (presence: string) => api.patch('/users/me/', { presence }, { token: charles.access });
    await show('hidden');
    await phone.ask(received(2));
    await quiet(his);
    expect(await seen()).toMatchObject({ peer_received: 0, peer_read: 0 });
    await show('shown');
    expect(await seen()).toMatchObject({ peer_received: 2, peer_read: 0 });
  });

  it('sends the delivery receipt once they show it', async () => {
    await api.patch('/users/me/', { presence: 'hidden' }, { token: ada.access });
    await phone.ask(received(2));
    await api.patch('/users/me/', { presence: 'shown' }, { token: ada.access });
    expect(await seen()).toMatchObject({ peer_received: 2 });
  });
});
