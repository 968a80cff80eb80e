import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../client/ids.ts';
import { ADA, type FakeServer, fakeServer } from './fake-server.ts';
import { clientOf, fakeClock, online, pass } from './support.ts';

fakeClock();

interface Talk {
  readonly id: string;
  readonly peer: string;
  seq: number;
  read: number;
  topAt: number;
  settings?: object;
}

/** A server with an inbox of many conversations, each with one unread message. */
function serverWith(count: number) {
  const server = fakeServer();
  const talks = Array.from({ length: count }, (_, i): Talk => {
    const peer = `0198c3f5-0000-7000-8000-${String(i).padStart(12, '0')}`;
    return { id: conversationOf(ADA, peer), peer, seq: 1, read: 0, topAt: count - i };
  });
  let clock = count;
  let pages = 0;
  const entry = ({ id, peer, seq, read, topAt, settings }: Talk) => ({
    id,
    peer: { id: peer, username: peer, online: false, last_seen: null },
    last_message: {
      id: `${id} ${seq}`,
      seq,
      sender_id: peer,
      message: 'x',
      created_at: new Date(topAt).toISOString(),
    },
    unread: seq - read,
    read,
    received: seq,
    peer_read: 0,
    peer_received: 0,
    ...(settings && { settings }),
  });
  const json = (body: object) => new Response(JSON.stringify(body));
  const inbox = (query: URLSearchParams) => {
    pages += 1;
    const limit = Number(query.get('limit'));
    const before = Number(query.get('cursor') ?? Number.POSITIVE_INFINITY);
    const found = talks.filter(({ topAt }) => topAt < before).toSorted((a, b) => b.topAt - a.topAt);
    const page = found.slice(0, limit);
    const next =
      found.length > limit
        ? `https://chat.example/conversations/?limit=${limit}&cursor=${page.at(-1)?.topAt}`
        : null;
    return json({ next, results: page.map(entry) });
  };
  const fetch = async (url: string, init: object): Promise<Response> => {
    const { pathname, searchParams } = new URL(url);
    const answer = server.fetch(url, init);
    if (pathname === '/conversations') return answer.then(() => inbox(searchParams));
    const talk = talks.find(({ id }) => pathname === `/conversations/${id}`);
    return talk ? answer.then(() => json(entry(talk))) : answer;
  };
  const say = (i: number) => {
    const talk = talks[i % talks.length] as Talk;
    talk.seq += 1;
    clock += 1;
    talk.topAt = clock;
    const { id, seq, peer } = talk;
    const message = {
      id: `${id} ${seq}`,
      conversation: id,
      seq,
      message: 'x',
      sender: peer,
      sender_id: peer,
    };
    server.push({ type: 'chat.message', ...message, created_at: new Date(clock).toISOString() });
  };
  /** Reads on another device. */
  const read = (i: number) => {
    const talk = talks[i % talks.length] as Talk;
    talk.read = talk.seq;
    server.push({ type: 'conversation.read', conversation: talk.id, user_id: ADA, seq: talk.seq });
  };
  return {
    server,
    fetch: fetch as never,
    say,
    read,
    pages: () => pages,
    /** Those of the conversation are told by its entry. */
    set: (i: number, settings: object) => Object.assign(talks[i] as Talk, { settings }),
    unread: () => talks.reduce((sum, { seq, read: upTo }) => sum + seq - upTo, 0),
  };
}

const isUp = (server: FakeServer, up: boolean) => {
  server.faults.handshake = () => (up ? 'open' : 'refuse');
  if (!up) for (const socket of server.open()) socket.cut();
};

describe('the unread total', () => {
  it('is “50+” until the conversations that are not loaded are counted', async () => {
    const { server, fetch, pages } = serverWith(53);
    const { client } = clientOf(server, { fetch });
    const told: object[] = [];
    client.inbox.unread.subscribe((unread) => told.push(unread));
    void client.logIn({ email: 'ada@example.com', password: 'x' });
    await pass(1_000);
    expect(client.inbox.unread.value).toEqual({ count: 53, mentions: 0, isComplete: true });
    expect(client.inbox.items.value).toHaveLength(50);
    expect(client.inbox.hasMore.value).toBe(true);
    expect(pages()).toBe(2);
    expect(told).toContainEqual({ count: 50, mentions: 0, isComplete: false });
  });

  it('leaves out muted and archived conversations, also those that are not loaded', async () => {
    const { server, fetch, set } = serverWith(60);
    const nothing = { muted_until: null, pinned_at: null, archived_at: null, unread: false };
    const time = '2026-11-24T09:00:00.000Z';
    for (const i of [1, 55]) set(i, { ...nothing, muted_until: time });
    for (const i of [2, 56]) set(i, { ...nothing, archived_at: time });
    // They have a later message.
    for (const i of [3, 57]) set(i, { ...nothing, archived_at: new Date(0).toISOString() });
    const { client } = await online(server, { fetch });
    await pass(1_000);
    expect(client.inbox.unread.value).toEqual({ count: 56, mentions: 0, isComplete: true });
    expect(client.inbox.archived.value).toHaveLength(1);
    // The mutes end.
    await pass(24 * 60 * 60_000);
    expect(client.inbox.unread.value).toEqual({ count: 58, mentions: 0, isComplete: true });
  });

  it('needs no request if all conversations are loaded', async () => {
    const { server, fetch, pages } = serverWith(50);
    const { client } = await online(server, { fetch });
    await pass(1_000);
    expect(client.inbox.unread.value).toEqual({ count: 50, mentions: 0, isComplete: true });
    expect(pages()).toBe(1);
  });

  it('counts at most 1,000 conversations beyond the first page, and is then incomplete', async () => {
    const { server, fetch, pages } = serverWith(1_200);
    const { client } = await online(server, { fetch });
    await pass(5_000);
    expect(client.inbox.unread.value).toEqual({ count: 1_050, mentions: 0, isComplete: false });
    expect(pages()).toBe(11);
  });

  it('continues at a page that could not be loaded', async () => {
    const { server, fetch, pages } = serverWith(300);
    let failures = 2;
    server.faults.http = (_method, path) => {
      if (path !== '/conversations' || pages() < 2 || failures === 0) return undefined;
      failures -= 1;
      return 'offline';
    };
    const { client } = await online(server, { fetch });
    await pass(20_000);
    expect(client.inbox.unread.value).toEqual({ count: 300, mentions: 0, isComplete: true });
    expect(pages()).toBe(4);
  });

  it('is not counted again after an absence if nothing can have changed', async () => {
    const { server, fetch, pages, read } = serverWith(120);
    for (let i = 50; i < 120; i += 1) read(i);
    const { client } = await online(server, { fetch });
    await pass(1_000);
    const before = pages();
    server.last().cut();
    await pass(5_000);
    expect(client.inbox.unread.value).toEqual({ count: 50, mentions: 0, isComplete: true });
    expect(pages()).toBe(before + 1);
  });

  it('is reset for the next user', async () => {
    const { server, fetch } = serverWith(53);
    const { client } = await online(server, { fetch });
    await pass(1_000);
    void client.logOut();
    await pass(100);
    expect(client.inbox.unread.value).toEqual({ count: 0, mentions: 0, isComplete: false });
  });

  it('is right after any messages, reads on other devices, loads and absences', async () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), i: fc.nat(129) }),
      fc.record({ kind: fc.constant('read' as const), i: fc.nat(129) }),
      fc.record({ kind: fc.constantFrom('cut' as const, 'back' as const, 'more' as const), i: fc.nat(300) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const { server, fetch, say, read, unread } = serverWith(130);
        const { client } = await online(server, { fetch });
        for (const { kind, i } of acts) {
          if (kind === 'say') say(i);
          else if (kind === 'read') read(i);
          else if (kind === 'more') void client.inbox.loadMore().catch(() => undefined);
          else isUp(server, kind === 'back');
          await pass(i);
        }
        isUp(server, true);
        client.reconnect();
        await pass(60_000);
        expect(client.inbox.unread.value).toEqual({ count: unread(), mentions: 0, isComplete: true });
        client.close();
      }),
      { numRuns: 40 },
    );
  });
});
