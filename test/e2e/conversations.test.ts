import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { conversationOf, device } from './support/devices.ts';
import { sendMessage } from './support/messages.ts';
import { type Person, people, person } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

interface Entry {
  readonly id: string;
  readonly peer: { readonly id: string };
  readonly last_message: { readonly seq: number };
  readonly unread: number;
}

let ada: Person;
let charles: Person;
let eve: Person;
const meet = async () => {
  [ada, charles, eve] = await people(api, 3);
};
afterEach(closeSockets);

const page = async (who: Person, query = ''): Promise<{ next: string | null; results: Entry[] }> => {
  const { status, body } = await api.get(`/conversations/${query}`, { token: who.access });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const inbox = async (who: Person) => (await page(who)).results;
const say = (from: Person, to: Person, text: string, more: object = {}) =>
  sendMessage(api, from, conversationOf(from, to), text, more);
/** The inbox follows the logs by about a second. */
const eventually = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 15_000, interval: 100 });
/**
 * Before a new conversation has a summary, its entry is made from the log; then a summary may come that has yet to follow. So
 * an inbox that was right once may be behind for a moment.
 */
const shows = (who: Person, entries: object[]) =>
  eventually(async () => expect(await inbox(who)).toMatchObject(entries));
const peers = (entries: readonly Entry[]) => entries.map(({ peer }) => peer.id);
const one = async (who: Person, conversation: string) =>
  (await api.get(`/conversations/${conversation}/`, { token: who.access })).body;

describe('the inbox', () => {
  beforeEach(meet);

  it('is empty before the first message', async () => {
    expect(await page(ada)).toEqual({ next: null, pinned: [], results: [] });
  });

  it('shows a conversation to both members, each from their own side', async () => {
    const last = await say(ada, charles, 'Does the engine run?');
    const { conversation: id, client_id: _, read: __, ...last_message } = last;
    const common = { id, kind: 'pair', last_message };
    await eventually(async () => {
      expect(await inbox(ada)).toEqual([
        {
          ...common,
          peer: { id: charles.id, username: charles.username, online: false, last_seen: null },
          unread: 0,
          read: 1,
          received: 1,
          peer_read: 0,
          peer_received: 0,
        },
      ]);
    });
    await eventually(async () => {
      expect(await inbox(charles)).toEqual([
        {
          ...common,
          peer: { id: ada.id, username: ada.username, online: false, last_seen: null },
          unread: 1,
          read: 0,
          received: 0,
          peer_read: 1,
          peer_received: 1,
        },
      ]);
    });
    expect(await inbox(eve)).toEqual([]);
  });

  it('has the conversation with the latest message at the top', async () => {
    const bob = await person(api);
    for (const peer of [charles, eve, bob]) await say(ada, peer, 'hello');
    await eventually(async () => expect(peers(await inbox(ada))).toEqual([bob.id, eve.id, charles.id]));
    await say(charles, ada, 'an answer');
    await eventually(async () => expect(peers(await inbox(ada))).toEqual([charles.id, bob.id, eve.id]));
    await say(ada, eve, 'and you?');
    await eventually(async () => expect(peers(await inbox(ada))).toEqual([eve.id, charles.id, bob.id]));
  });

  it('orders conversations by their last messages, even if several alternate within a second', async () => {
    for (const peer of [charles, eve, charles]) await say(ada, peer, 'hello');
    await eventually(async () => {
      const entries = await inbox(ada);
      expect(peers(entries)).toEqual([charles.id, eve.id]);
      expect(entries[0]?.last_message.seq).toBe(2);
    });
  });

  it('counts each message of a burst as unread once, until it is answered', async () => {
    for (let i = 1; i <= 7; i += 1) await say(charles, ada, `message ${i}`);
    await shows(ada, [{ unread: 7, read: 0, last_message: { seq: 7, message: 'message 7' }, peer_read: 7 }]);
    await say(ada, charles, 'I have read it all.', { after: 7 });
    await shows(ada, [{ unread: 0, read: 8, received: 8 }]);
    await shows(charles, [{ unread: 1, read: 7, peer_read: 8, peer_received: 8 }]);
  });

  it.each([
    ['seen only the first two', { after: 2 }, 5, 2],
    ['held all of it, and seen only the first two', { after: 7, read: 2 }, 5, 2],
    ['seen nothing', { after: 7, read: 0 }, 7, 0],
    ['said nothing of what they saw', {}, 7, 0],
  ])('stays unread after an answer of a user who had %s', async (_, more, unread, read) => {
    for (let i = 1; i <= 7; i += 1) await say(charles, ada, `message ${i}`);
    const answer = await say(ada, charles, 'I wrote this in a tunnel.', more);
    expect(answer.read ?? 0).toBe(read);
    // First from the log, which is right at once, then in the inbox.
    expect(await one(ada, answer.conversation)).toMatchObject({ unread, read, last_message: { seq: 8 } });
    await shows(ada, [{ unread, read, last_message: { seq: 8 } }]);
    expect(await one(charles, answer.conversation)).toMatchObject({ unread: 1, peer_read: read });
    await shows(charles, [{ unread: 1, peer_read: read }]);
  });

  it("never counts a user's own message as unread", async () => {
    const { conversation } = await say(ada, charles, 'one');
    for (const text of ['two', 'three']) await say(ada, charles, text);
    expect(await one(ada, conversation)).toMatchObject({ unread: 0, last_message: { seq: 3 } });
    await say(charles, ada, 'four');
    await say(ada, charles, 'five');
    expect(await one(ada, conversation)).toMatchObject({ unread: 1, last_message: { seq: 5 } });
    expect(await one(charles, conversation)).toMatchObject({ unread: 4 });
  });

  it('follows the receipts of both members', async () => {
    for (let i = 1; i <= 3; i += 1) await say(charles, ada, `message ${i}`);
    await shows(ada, [{ unread: 3 }]);
    const conversation = conversationOf(ada, charles);
    const phone = await device(url, ada);
    expect(await phone.ask({ action: 'message.received', conversation, seq: 3 })).toMatchObject({
      moved: true,
    });
    await shows(ada, [{ unread: 3, read: 0, received: 3 }]);
    await shows(charles, [{ unread: 0, peer_read: 0, peer_received: 3 }]);
    await phone.ask({ action: 'conversation.read', conversation, seq: 2 });
    await shows(ada, [{ unread: 1, read: 2, received: 3 }]);
    await shows(charles, [{ peer_read: 2, peer_received: 3 }]);
    for (const seq of [1, 4, 0]) await phone.ask({ action: 'conversation.read', conversation, seq });
    await shows(ada, [{ unread: 1, read: 2, received: 3 }]);
    await phone.ask({ action: 'conversation.read', conversation, seq: 3 });
    await shows(ada, [{ unread: 0, read: 3 }]);
  });

  it('shows who is online, unless they hide it', async () => {
    await say(ada, charles, 'hello');
    await shows(ada, [{ peer: { online: false } }]);
    const phone = await device(url, charles);
    await shows(ada, [{ peer: { online: true, last_seen: null } }]);
    const hide = (presence: string) => api.patch('/users/me/', { presence }, { token: charles.access });
    await hide('hidden');
    expect(await inbox(ada)).toMatchObject([{ peer: { online: false, last_seen: null } }]);
    await hide('shown');
    await phone.close();
    await shows(ada, [{ peer: { online: false, last_seen: expect.any(String) } }]);
  });

  it('cuts a long last message between characters and marks the cut', async () => {
    await say(ada, charles, '🦀'.repeat(121));
    await shows(ada, [{ last_message: { message: `${'🦀'.repeat(119)}…` } }]);
    await say(ada, charles, 'x'.repeat(120));
    await shows(ada, [{ last_message: { message: 'x'.repeat(120) } }]);
  });
});

describe('the pages of an inbox', () => {
  beforeEach(meet);

  it('lead by `next` through every conversation once, from the most recent to the oldest', async () => {
    const others = await people(api, 7);
    for (const peer of others) await say(ada, peer, 'hello');
    const order = others.map(({ id }) => id).toReversed();
    await eventually(async () => expect(peers(await inbox(ada))).toEqual(order));
    const pages: string[][] = [];
    let body = await page(ada, '?limit=3');
    for (;;) {
      pages.push(peers(body.results));
      if (!body.next) break;
      expect(body.next.startsWith(`${url}/conversations/?`)).toBe(true);
      body = (await api.get(body.next.slice(url.length), { token: ada.access })).body;
    }
    expect(pages).toEqual([order.slice(0, 3), order.slice(3, 6), order.slice(6)]);
    expect((await page(ada, '?limit=7')).next).toBeNull();
    expect((await page(ada, '?limit=1000')).results).toHaveLength(7);
  });

  it('continue at the same position after a conversation has moved to the top', async () => {
    const bob = await person(api);
    for (const peer of [charles, eve, bob]) await say(ada, peer, 'hello');
    await eventually(async () => expect(peers(await inbox(ada))).toEqual([bob.id, eve.id, charles.id]));
    const { next } = await page(ada, '?limit=2');
    await say(ada, eve, 'to the top');
    await eventually(async () => expect(peers(await inbox(ada))).toEqual([eve.id, bob.id, charles.id]));
    const { body } = await api.get(`${next}`.slice(url.length), { token: ada.access });
    expect(peers(body.results)).toEqual([charles.id]);
    expect(body.next).toBeNull();
  });

  it('show only the caller’s own conversations with another user’s cursor', async () => {
    for (const peer of [charles, eve]) await say(ada, peer, 'hello');
    await eventually(async () => expect(await inbox(ada)).toHaveLength(2));
    const { next } = await page(ada, '?limit=1');
    const { body } = await api.get(`${next}`.slice(url.length), { token: (await person(api)).access });
    expect(body).toEqual({ next: null, results: [] });
  });
});

describe('an inbox is refused', () => {
  beforeAll(meet);

  it.each(['0', '-1', '1.5', 'abc', '', '1e2'])('with limit=%s', async (limit) => {
    expect(await api.get(`/conversations/?limit=${limit}`, { token: ada.access })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { limit: [expect.any(String)] } },
    });
  });

  it.each([
    'garbage',
    '',
    '%00',
    'x'.repeat(2000),
    Buffer.from('2026-11-23T09:15:07.412Z').toString('base64url'),
    Buffer.from('2026-11-23T09:15:07.412Z x').toString('base64url'),
    Buffer.from(`yesterday ${crypto.randomUUID()}.${crypto.randomUUID()}`).toString('base64url'),
  ])('with the made-up cursor %s', async (cursor) => {
    expect(await api.get(`/conversations/?cursor=${cursor}`, { token: ada.access })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { cursor: [expect.any(String)] } },
    });
  });

  it('to a caller without a token', async () => {
    expect((await api.get('/conversations/')).status).toBe(401);
  });
});

describe('one conversation', () => {
  beforeEach(meet);

  it('is there at once, as the inbox will show it', async () => {
    const { conversation, seq } = await say(ada, charles, 'hello');
    const seen = await one(charles, conversation);
    expect(seen).toMatchObject({ id: conversation, last_message: { seq }, unread: 1, read: 0 });
    await eventually(async () => {
      const [entry] = await inbox(charles);
      expect(entry).toBeDefined();
      expect(await one(charles, conversation)).toEqual(entry);
    });
  });

  it('does not exist before its first message, for a stranger, or with an impossible id: the answer is the same', async () => {
    await say(charles, eve, 'between us');
    const answer = async (id: string) => {
      const { status, body } = await api.get(`/conversations/${id}/`, { token: ada.access });
      expect(status).toBe(404);
      // The answer has an id in capitals in lower case.
      const names = [decodeURIComponent(id), id.toLowerCase()];
      return JSON.parse(names.reduce((text, name) => text.replaceAll(name, 'ID'), JSON.stringify(body)));
    };
    const unknown = await answer([crypto.randomUUID(), crypto.randomUUID()].sort().join('.'));
    expect(unknown).toMatchObject({ code: 'conversation_not_found', detail: expect.stringContaining('ID') });
    for (const id of [
      conversationOf(ada, charles),
      conversationOf(charles, eve),
      conversationOf(charles, eve).toUpperCase(),
      `${ada.id}.${ada.id}`,
      ada.id,
      'x',
      '7',
      'META',
      '%D1%8F',
      'x'.repeat(1000),
    ])
      expect(await answer(id), id).toEqual(unknown);
  });

  it('is not shown to a caller without a token', async () => {
    const { conversation } = await say(ada, charles, 'hello');
    expect((await api.get(`/conversations/${conversation}/`)).status).toBe(401);
  });
});
