import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

interface Missed {
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
}
interface Page extends Frame {
  readonly messages: readonly Missed[];
  readonly conversations: readonly { readonly id: string; readonly [field: string]: unknown }[];
  readonly position: string;
}

let ada: Person;
let charles: Person;
let eve: Person;
let withCharles: string;
let withEve: string;
let phone: Socket;
let his: Socket;
beforeEach(async () => {
  [ada, charles, eve] = await people(api, 3);
  [withCharles, withEve] = [conversationOf(ada, charles), conversationOf(ada, eve)];
  [phone, his] = await Promise.all([device(url, ada), device(url, charles)]);
});
afterEach(closeSockets);

const sync = (conversations: Record<string, unknown>, more: object = {}) =>
  phone.ask({ action: 'sync', conversations, ...more }) as Promise<Page>;
const say = async (socket: Socket, to: Person, texts: readonly string[]) => {
  for (const text of texts)
    expect(await socket.ask(messageTo(to, text))).toMatchObject({ type: 'message.sent' });
};

/** Syncs as a client does, until nothing is missing. Returns the pages, and what the client then holds. */
async function catchUp(start: Record<string, number>, position?: string) {
  const held = { ...start };
  let since = position;
  const missed: Missed[] = [];
  const pages: Page[] = [];
  do {
    const page = await sync(held, since === undefined ? {} : { since });
    pages.push(page);
    since &&= page.position;
    for (const message of page.messages) {
      expect(message.seq, 'each comes next').toBe((held[message.conversation] ?? 0) + 1);
      held[message.conversation] = message.seq;
      missed.push(message);
    }
  } while (pages.at(-1)?.type === 'sync.page');
  return { pages, missed, held };
}

describe('a device that was away', () => {
  it('and missed nothing gets nothing', async () => {
    await say(his, ada, ['one', 'two']);
    expect(await sync({ [withCharles]: 2 })).toMatchObject({ type: 'sync.done', messages: [] });
    expect(await sync({ [withCharles]: 7 })).toMatchObject({ type: 'sync.done', messages: [] });
    expect(await sync({})).toMatchObject({ type: 'sync.done', messages: [], conversations: [] });
  });

  it('for a second gets the messages of that second, as they are in the log', async () => {
    await say(his, ada, ['before']);
    await phone.close();
    const frame = messageTo(ada, 'meanwhile');
    const { id, created_at } = await his.ask(frame);
    phone = await device(url, ada);
    const { type, messages } = await sync({ [withCharles]: 1 });
    expect({ type, messages }).toEqual({
      type: 'sync.done',
      messages: [
        {
          id,
          conversation: withCharles,
          seq: 2,
          message: 'meanwhile',
          sender_id: charles.id,
          created_at,
          read: 2,
        },
      ],
    });
  });

  it('and missed 350 messages of two conversations gets them page by page, in order, exactly as the logs have them', async () => {
    const hers = await device(url, eve);
    const texts = (who: string, count: number) => upTo(count).map((turn) => `${who} ${turn}`);
    await Promise.all([say(his, ada, texts('charles', 250)), say(hers, ada, texts('eve', 120))]);
    const { pages, missed, held } = await catchUp({ [withCharles]: 10, [withEve]: 10 });
    expect(held).toEqual({ [withCharles]: 250, [withEve]: 120 });
    const of = (id: string) =>
      missed.filter(({ conversation }) => conversation === id).map((one) => one.message);
    expect(of(withCharles)).toEqual(texts('charles', 250).slice(10));
    expect(of(withEve)).toEqual(texts('eve', 120).slice(10));
    expect(pages.length).toBeLessThanOrEqual(5);
  }, 60_000);

  it('and missed long messages gets pages within the limit of a frame', async () => {
    const long = upTo(45).map((turn) => `${turn} ${'名'.repeat(3990)}`);
    await say(his, ada, long);
    const { missed, pages } = await catchUp({ [withCharles]: 0 });
    expect(missed.map(({ message }) => message)).toEqual(long);
    for (const page of pages) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(128 * 1024);
  }, 60_000);

  it('gets messages that arrive during the sync, live or by its next sync', async () => {
    await say(his, ada, ['one']);
    const talking = say(
      his,
      ada,
      upTo(30).map((turn) => `turn ${turn}`),
    );
    const { held } = await catchUp({ [withCharles]: 0 });
    await talking;
    const caughtUpTo = held[withCharles] as number;
    await phone.until(() => phone.frames.some(({ type, seq }) => type === 'chat.message' && seq === 31));
    const live = phone.frames.filter(({ type }) => type === 'chat.message').map(({ seq }) => seq);
    for (const seq of upTo(31).slice(caughtUpTo)) expect(live).toContain(seq);
  });

  it('learns of conversations that it does not know, by the position of its last `sync.done`', async () => {
    await say(his, ada, ['one']);
    const { position } = await sync({ [withCharles]: 1 });
    await say(await device(url, eve), ada, ['we have not met']);
    const told = await vi.waitFor(
      async () => {
        const { conversations } = await sync({ [withCharles]: 1 }, { since: position });
        const found = conversations.find(({ id }) => id === withEve);
        // Her presence follows her socket by another function of the stream, so it may come later than the inbox.
        expect(found).toMatchObject({ peer: { online: true } });
        return found;
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(told).toMatchObject({
      peer: { id: eve.id, username: eve.username },
      last_message: { seq: 1, message: 'we have not met', sender_id: eve.id },
      unread: 1,
    });
    const { missed } = await catchUp({ [withEve]: 0 });
    expect(missed.map(({ message }) => message)).toEqual(['we have not met']);
  });

  it('learns of more of them than one page has, page by page', async () => {
    const { position } = await sync({});
    const others = await people(api, 27);
    const laptop = await device(url, ada);
    for (const peer of others) await laptop.ask(messageTo(peer, 'hello'));
    const expected = others.map((peer) => conversationOf(ada, peer)).sort();
    await vi.waitFor(
      async () => {
        const { pages } = await catchUp({}, position);
        expect(pages.map(({ type }) => type)).toEqual(['sync.page', 'sync.done']);
        const told = pages.flatMap(({ conversations }) => conversations.map(({ id }) => id));
        expect([...new Set(told)].sort()).toEqual(expected);
      },
      { timeout: 10_000, interval: 200 },
    );
  }, 60_000);

  it('gets the receipts of both members', async () => {
    await say(his, ada, ['one', 'two', 'three']);
    await phone.ask({ action: 'conversation.read', conversation: withCharles, seq: 2 });
    await vi.waitFor(
      async () =>
        expect((await sync({ [withCharles]: 3 })).conversations).toMatchObject([
          { id: withCharles, unread: 1, read: 2, received: 2, peer_read: 3, peer_received: 3 },
        ]),
      { timeout: 10_000, interval: 100 },
    );
  });

  it('may ask for a conversation without messages', async () => {
    expect(await sync({ [withEve]: 0 })).toMatchObject({
      type: 'sync.done',
      messages: [],
      conversations: [],
    });
  });
});

describe('the number of conversations in a sync is limited:', () => {
  const strangers = (count: number) =>
    Object.fromEntries(upTo(count).map(() => [conversationOf(ada, { ...eve, id: crypto.randomUUID() }), 0]));

  it('50 are allowed', async () => {
    await say(his, ada, ['one']);
    expect(await sync({ ...strangers(49), [withCharles]: 0 })).toMatchObject({
      type: 'sync.done',
      messages: [{ message: 'one' }],
    });
  });

  it('51 are refused', async () => {
    expect(await sync(strangers(51))).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      errors: { conversations: [expect.any(String)] },
    });
  });

  it('10,000 are refused, in one message of several frames', async () => {
    const conversations = Object.fromEntries(upTo(10_000).map((index) => [`c${index}`, 0]));
    const text = JSON.stringify({ action: 'sync', conversations });
    phone.sendInParts(text, 30_000);
    expect(await phone.next()).toMatchObject({ type: 'error', code: 'validation_failed' });
    expect(phone.isOpen).toBe(true);
  });
});

describe('a conversation that the user is not in', () => {
  it('makes the whole sync fail, as one that does not exist does', async () => {
    await say(his, eve, ['between us']);
    await say(his, ada, ['one']);
    const answerFor = async (id: string) => {
      const { ref, ...answer } = await sync({ [withCharles]: 0, [id]: 0 });
      return JSON.parse(JSON.stringify(answer).replaceAll(id, 'ID'));
    };
    const unknown = await answerFor([crypto.randomUUID(), crypto.randomUUID()].sort().join('.'));
    expect(unknown).toEqual({ type: 'error', code: 'conversation_not_found', detail: expect.any(String) });
    for (const id of [conversationOf(charles, eve), 'x', `${ada.id}.${ada.id}`]) {
      expect(await answerFor(id), id).toEqual(unknown);
    }
  });
});
