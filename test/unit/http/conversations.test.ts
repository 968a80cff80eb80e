import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/conversations.ts';
import { NOON } from '../support/clock.ts';
import { httpEntry } from '../support/http-entry.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const PATH = '/conversations/';
const at = (second: number) => NOON.replace('00.000', `${String(second).padStart(2, '0')}.000`);
const withUser = (n: number) => `${alice.id}.${id(n)}`;

/** Alice's inbox: somebody said something each second since noon. */
function entry(...peers: number[]) {
  const { store, ask } = httpEntry(handler);
  for (const [second, n] of peers.entries()) {
    const conversation = withUser(n);
    const [own, topAt] = [`USER#${alice.id}`, at(second)];
    store({ pk: own, sk: `INBOX#${topAt}#${conversation}` });
    store({
      pk: own,
      sk: `CONV#${conversation}`,
      topAt,
      peer: { id: id(n), username: `user${n}` },
      readSeq: 1,
      readOthers: 1,
    });
    const last = { seq: 3, id: id(1003), senderId: id(n), text: 'Hello', createdAt: topAt };
    store({ pk: `CONV#${conversation}`, sk: 'META', ...last, counts: { 1: 3 }, receipts: { 1: [3, 0] } });
  }
  return { store, ask, get: (query: Record<string, string> = {}) => ask('GET', PATH, { query }) };
}

const shown = (n: number, second: number) => ({
  id: withUser(n),
  kind: 'pair',
  peer: { id: id(n), username: `user${n}`, online: false, last_seen: null },
  last_message: { id: id(1003), seq: 3, sender_id: id(n), message: 'Hello', created_at: at(second) },
  unread: 2,
  read: 1,
  received: 1,
  peer_read: 3,
  peer_received: 3,
});

describe('an inbox', () => {
  it('is paged by recency, with a link to the next page', async () => {
    const { get } = entry(2, 3, 4);
    const first = await get({ limit: '2' });
    expect(first).toMatchObject({ statusCode: 200, body: { results: [shown(4, 2), shown(3, 1)] } });
    const url = new URL(first.body.next);
    expect(`${url.origin}${url.pathname}`).toBe(`https://chat.example${PATH}`);
    const second = await get(Object.fromEntries(url.searchParams));
    expect(second.body).toEqual({ next: null, results: [shown(2, 0)] });
  });

  it('may be empty', async () => {
    expect((await entry().get()).body).toEqual({ next: null, results: [], pinned: [] });
  });

  it.each([{ limit: '0' }, { limit: 'x' }, { cursor: 'x' }, { cursor: '' }])(
    'is refused for %j',
    async (query) => {
      expect(await entry().get(query)).toMatchObject({
        statusCode: 400,
        body: { code: 'validation_failed' },
      });
    },
  );
});

describe('one conversation', () => {
  const get = ({ ask }: ReturnType<typeof entry>, conversation: string) =>
    ask('GET', `${PATH}${conversation}/`, { path: { conversation } });

  it('exists from its first message on', async () => {
    const one = entry();
    one.store({ pk: `USER#${bob.id}`, sk: 'PROFILE', ...bob });
    one.store(itemOf(aLogEntry(1, { senderId: bob.id })));
    expect(await get(one, CONVERSATION)).toEqual({
      statusCode: 200,
      body: {
        id: CONVERSATION,
        kind: 'pair',
        peer: { id: bob.id, username: 'bob', online: false, last_seen: null },
        last_message: { id: id(1001), seq: 1, sender_id: bob.id, message: 'message 1', created_at: NOON },
        unread: 1,
        read: 0,
        received: 0,
        peer_read: 0,
        peer_received: 0,
      },
    });
  });

  it.each([withUser(404), `${id(8)}.${id(9)}`, 'x'])('is not found: %s', async (conversation) => {
    const refused = { statusCode: 404, body: { code: 'conversation_not_found' } };
    expect(await get(entry(2), conversation)).toMatchObject(refused);
  });
});
