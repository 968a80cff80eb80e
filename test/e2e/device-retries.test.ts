import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { device, messageTo } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);
/** The longest message, in characters of four bytes each. */
const LONG = '🦀'.repeat(4_000);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

let ada: Person;
let charles: Person;
let phone: Socket;
let laptop: Socket;
let his: Socket;
beforeEach(async () => {
  [ada, charles] = await people(api, 2);
  [phone, laptop, his] = await Promise.all([device(url, ada), device(url, ada), device(url, charles)]);
});
afterEach(closeSockets);

const last = async () =>
  (await api.get(`/chat/history/${charles.id}/?limit=1`, { token: ada.access })).body.results[0].seq;
const seqOf = ({ seq }: Frame) => seq as number;

/** Both continue with this many messages in all, with and without a `client_id`. */
async function talk(messages: number): Promise<void> {
  const original = await connect(url, { token: charles.access, peer: ada.id });
  for (const turn of upTo(messages)) {
    if (turn % 3 === 0) await original.say(`turn ${turn}`);
    else await (turn % 2 ? laptop : his).ask(messageTo(turn % 2 ? charles : ada, `turn ${turn}`));
  }
  expect(await last()).toBeGreaterThanOrEqual(messages);
}

describe('the same message sent again, without `after`', () => {
  it('is stored once: from the same device, from another one, and from a later one', async () => {
    const frame = messageTo(charles, 'once');
    const { ref, ...first } = await phone.ask(frame);
    await his.ask(messageTo(ada, 'in between'));
    for (const socket of [phone, laptop, await device(url, ada)]) {
      expect(await socket.ask(frame)).toEqual({ ...first, ref: expect.any(String) });
    }
    expect(await last()).toBe(seqOf(first as Frame) + 1);
  });

  it('is recognised in the last 100 messages of the conversation, and counts as new after that', async () => {
    const frame = messageTo(charles, 'a while ago');
    const { ref, ...first } = await phone.ask(frame);
    await talk(99);
    expect(await phone.ask(frame)).toEqual({ ...first, ref: expect.any(String) });
    expect(await last()).toBe(100);
    await his.ask(messageTo(ada, 'one more'));
    expect(await phone.ask(frame)).toMatchObject({ type: 'message.sent', seq: 102 });
  });

  it('is recognised behind the longest messages, which are more than one read of the store returns', async () => {
    const before = await phone.ask(messageTo(charles, 'before it'));
    const frame = messageTo(charles, 'behind long messages', { after: before.seq });
    const { ref, ...first } = await phone.ask(frame);
    for (const turn of upTo(80))
      await (turn % 2 ? laptop : his).ask(messageTo(turn % 2 ? charles : ada, LONG));
    for (const retry of [frame, { ...frame, after: undefined }]) {
      expect(await laptop.ask(retry)).toEqual({ ...first, ref: expect.any(String) });
    }
    expect(await last()).toBe(82);
  });

  it('is stored once when three devices race', async () => {
    const third = await device(url, ada);
    for (const turn of upTo(5)) {
      const frame = messageTo(charles, `race ${turn}`);
      const replies = await Promise.all([phone, laptop, third].map((socket) => socket.ask(frame)));
      expect(replies.map(({ type, seq }) => [type, seq])).toEqual(Array(3).fill(['message.sent', turn]));
    }
  });

  it('is stored once when it comes over a conversation’s socket the second time', async () => {
    const frame = messageTo(charles, 'by two ways');
    const { id, seq } = await phone.ask(frame);
    const original = await connect(url, { token: ada.access, peer: charles.id });
    expect(await original.say('by two ways', { client_id: frame.client_id })).toMatchObject({ id, seq });
  });
});

describe('the same message sent again, with `after`', () => {
  it('is stored once, however many messages came meanwhile', async () => {
    const { seq: after } = await phone.ask(messageTo(charles, 'the last she knows'));
    const frame = messageTo(charles, 'once', { after });
    const { ref, ...first } = await phone.ask(frame);
    await talk(120);
    for (const socket of [phone, laptop]) {
      expect(await socket.ask(frame)).toEqual({ ...first, ref: expect.any(String) });
    }
    expect(await last()).toBe(122);
  });

  it('is stored once when it was the first of the conversation', async () => {
    const frame = messageTo(charles, 'first', { after: 0 });
    expect(await phone.ask(frame)).toMatchObject({ seq: 1 });
    await his.ask(messageTo(ada, 'hello'));
    expect(await laptop.ask(frame)).toMatchObject({ seq: 1 });
    expect(await last()).toBe(2);
  });

  it('is refused when `after` is past the end, and nothing is stored', async () => {
    const { seq } = await phone.ask(messageTo(charles, 'the end'));
    for (const after of [seqOf({ seq } as Frame) + 1, 1_000_000, Number.MAX_SAFE_INTEGER]) {
      expect(await phone.ask(messageTo(charles, 'beyond', { after }))).toMatchObject({
        type: 'error',
        code: 'after_invalid',
      });
    }
    expect(await last()).toBe(seq);
  });
});

describe('a `client_id`', () => {
  it.each([{}, { after: 0 }])('cannot be used for another text: %j', async (more) => {
    const frame = messageTo(charles, 'one', more);
    await phone.ask(frame);
    await his.ask(messageTo(ada, 'in between'));
    expect(await laptop.ask({ ...frame, text: 'two' })).toMatchObject({
      type: 'error',
      code: 'client_id_conflict',
    });
    expect(await last()).toBe(2);
  });

  it('belongs to its sender and to one conversation', async () => {
    const [eve] = await people(api, 1);
    const client_id = crypto.randomUUID();
    expect(await phone.ask(messageTo(charles, 'mine', { client_id }))).toMatchObject({ seq: 1 });
    expect(await his.ask(messageTo(ada, 'mine as well', { client_id }))).toMatchObject({ seq: 2 });
    expect(await phone.ask(messageTo(eve, 'elsewhere', { client_id }))).toMatchObject({ seq: 1 });
  });

  it('may be written in capitals', async () => {
    const frame = messageTo(charles, 'once');
    const { id } = await phone.ask(frame);
    expect(await phone.ask({ ...frame, client_id: frame.client_id.toUpperCase() })).toMatchObject({ id });
  });
});

describe('ten senders at once in one conversation', () => {
  it('all succeed without a gap, and everybody sees everything', async () => {
    const devices = (of: Person) => Promise.all(upTo(5).map(() => device(url, of)));
    const [hers, his5] = await Promise.all([devices(ada), devices(charles)]);
    const senders = [
      ...hers.map((socket) => ({ socket, peer: charles })),
      ...his5.map((socket) => ({ socket, peer: ada })),
    ];
    const rounds = 5;
    const replies = await Promise.all(
      senders.map(async ({ socket, peer }, sender) => {
        const own: Frame[] = [];
        for (const turn of upTo(rounds)) own.push(await socket.ask(messageTo(peer, `${sender}: ${turn}`)));
        return own;
      }),
    );
    const total = senders.length * rounds;
    expect(replies.flat().filter(({ type }) => type !== 'message.sent')).toEqual([]);
    expect(
      replies
        .flat()
        .map(seqOf)
        .toSorted((a, b) => a - b),
    ).toEqual(upTo(total));
    for (const own of replies) expect(own.map(seqOf)).toEqual(own.map(seqOf).toSorted((a, b) => a - b));
    const stored = new Map(replies.flat().map(({ seq, message }) => [seq, message]));
    for (const socket of [phone, laptop, his, ...hers, ...his5]) {
      await socket.until(() => new Set(socket.frames.map(({ seq }) => seq)).size === total);
      for (const { seq, message } of socket.frames) expect(message).toBe(stored.get(seq));
    }
  }, 60_000);
});
