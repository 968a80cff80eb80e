import { describe, expect, it } from 'vitest';
import { observable } from '../../client/observable.ts';
import { preview as serverPreview } from '../../functions/core/inbox/inbox.ts';
import { ADA, BOB, fakeServer, TALK } from './fake-server.ts';
import { during, fakeClock, online, pass } from './support.ts';

fakeClock();

it('ids may be in capitals', async () => {
  const server = fakeServer();
  const { client } = await online(server);
  const bob = BOB.toUpperCase();
  expect(client.conversationWith(bob)).toBe(client.conversationWith(BOB));
  expect(client.conversationWith(bob).id).toBe(TALK);
  expect(client.presence.of(bob)).toBe(client.presence.of(BOB));
  client.presence.watch([bob]);
  await pass(10);
  expect(server.sent('presence.watch').at(-1)).toMatchObject({ users: [BOB] });
});

describe('the inbox', () => {
  it('shows conversations with unread counts, and follows messages and receipts', async () => {
    const server = fakeServer();
    server.say('one');
    const { client } = await online(server);
    const last = (seq: number, text: string) => expect.objectContaining({ seq, text, senderId: BOB });
    expect(client.inbox.items.value).toEqual([
      {
        id: TALK,
        kind: 'pair',
        peer: { id: BOB, username: 'bob' },
        last: last(1, 'one'),
        unread: 1,
        read: 0,
        settings: { mutedUntil: null, pinnedAt: null, archivedAt: null, isUnread: false },
        isArchived: false,
        // Bob's own.
        peerRead: 1,
        peerReceived: 0,
      },
    ]);
    server.say('two');
    await pass(10);
    expect(client.inbox.items.value).toMatchObject([{ last: last(2, 'two'), unread: 2 }]);
    expect(client.inbox.unread.value).toEqual({ count: 2, mentions: 0, isComplete: true });
    const talk = client.conversation(TALK);
    await during(talk.open());
    talk.markRead();
    expect(client.inbox.unread.value).toEqual({ count: 0, mentions: 0, isComplete: true });
    await pass(1000);
    expect(server.receipts.read).toBe(2);
  });

  it('cuts a long message in the same way as the server', async () => {
    const server = fakeServer();
    server.say('one');
    const { client } = await online(server);
    const text = `${'x'.repeat(118)}👩‍👩‍👧‍👦 and more`;
    server.say(text);
    await pass(10);
    expect(client.inbox.items.value).toMatchObject([{ last: { seq: 2, text: serverPreview(text) } }]);
    expect(serverPreview(text)).toBe(`${'x'.repeat(118)}…`);
  });

  it('keeps the same object for an unchanged conversation', async () => {
    const server = fakeServer();
    server.say('one');
    const { client } = await online(server);
    const [before] = client.inbox.items.value;
    let changes = -1;
    const end = client.inbox.items.subscribe(() => {
      changes += 1;
    });
    client.reconnect();
    await pass(2_000);
    expect(client.inbox.items.value[0]).toBe(before);
    expect(changes).toBe(0);
    server.say('two');
    await pass(10);
    expect(client.inbox.items.value[0]).not.toBe(before);
    end();
  });

  it('shows a message that the server’s inbox did not hold yet', async () => {
    let isBehind = true;
    const untold = { changed: [], changes: {}, resets: [] };
    const nothing = { type: 'sync.done', messages: [], ...untold, conversations: [], position: 'p' };
    const server = fakeServer({
      reply: ({ action }) => (action === 'sync' && isBehind ? { error: nothing } : 1),
      http: (_method, path) =>
        path === '/conversations' && isBehind
          ? new Response(JSON.stringify({ next: null, results: [] }))
          : undefined,
    });
    server.say('just before');
    const { client } = await online(server);
    expect(client.inbox.items.value).toEqual([]);
    isBehind = false;
    await pass(3_100);
    expect(client.inbox.items.value).toMatchObject([{ unread: 1, last: { text: 'just before' } }]);
    await pass(60_000);
    expect(server.sent('sync')).toHaveLength(3);
  });

  it('does not go back to an older state', async () => {
    const server = fakeServer();
    const stale = server.say('one');
    const { client } = await online(server);
    server.say('two');
    await pass(10);
    server.faults.http = (_method, path) =>
      path === '/conversations'
        ? new Response(
            JSON.stringify({
              next: null,
              results: [
                {
                  id: TALK,
                  peer: { id: BOB, username: 'bob', online: true, last_seen: null },
                  last_message: stale,
                  unread: 1,
                  read: 0,
                  received: 0,
                  peer_read: 0,
                  peer_received: 0,
                },
              ],
            }),
          )
        : undefined;
    server.last().cut();
    await pass(2000);
    expect(client.inbox.items.value).toMatchObject([{ last: { text: 'two' }, unread: 2 }]);
  });

  it('knows the unread count of an old conversation that gets a new message beyond the loaded ones', async () => {
    const server = fakeServer({
      http: (_method, path) =>
        path === '/conversations'
          ? new Response(JSON.stringify({ next: 'https://chat.example/conversations?cursor=x', results: [] }))
          : undefined,
      reply: ({ action }) =>
        action === 'sync'
          ? { error: { type: 'sync.done', messages: [], conversations: [], position: 'p' } }
          : 1,
    });
    for (let i = 0; i < 500; i += 1) server.say(`${i}`);
    server.append(ADA, 'the end of it');
    const { client } = await online(server);
    await pass(40_000);
    server.say('after a long time');
    await pass(100);
    expect(client.inbox.items.value).toMatchObject([
      { unread: 1, read: 501, last: { text: 'after a long time' } },
    ]);
  });

  it('loads the entry of a new conversation after a failed attempt', async () => {
    const server = fakeServer();
    server.lifetime = 86_400;
    const { client } = await online(server);
    await pass(60_000);
    let failures = 1;
    server.faults.http = (_method, path) => {
      if (path !== `/conversations/${TALK}` || failures === 0) return undefined;
      failures -= 1;
      return new Response('{"code":"unavailable"}', { status: 503 });
    };
    server.say('the first ever');
    await pass(5_000);
    expect(client.inbox.items.value).toMatchObject([{ unread: 1, last: { text: 'the first ever' } }]);
  });

  it('follows the read receipts of the user’s other devices', async () => {
    const server = fakeServer();
    server.say('one');
    const { client } = await online(server);
    server.push({ type: 'conversation.read', conversation: TALK, user_id: ADA, seq: 1 });
    await pass(10);
    expect(client.inbox.unread.value).toEqual({ count: 0, mentions: 0, isComplete: true });
  });

  it('shows a new conversation that either user begins', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    expect(client.inbox.items.value).toEqual([]);
    client.conversationWith(BOB).send('hello');
    await pass(100);
    expect(client.inbox.items.value).toMatchObject([
      { peer: { username: 'bob' }, last: { text: 'hello' }, unread: 0 },
    ]);
  });
});

describe('receipts', () => {
  it('for a burst of messages are sent once', async () => {
    const server = fakeServer();
    await online(server);
    for (let i = 0; i < 20; i += 1) server.say(`${i}`);
    await pass(3000);
    expect(server.sent('message.received').map(({ seq }) => seq)).toEqual([20]);
  });

  it('are sent at once when the page is hidden, because it may be closed next', async () => {
    const server = fakeServer();
    server.say('one');
    const { client, page } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    await pass(1_000);
    talk.markRead();
    page.wake('hidden');
    expect(server.sent('conversation.read')).toHaveLength(1);
    await pass(1_000);
    expect(server.sent('conversation.read')).toHaveLength(1);
  });

  it('from a time offline are sent later, and none goes backwards', async () => {
    let isUp = true;
    const server = fakeServer({ handshake: () => (isUp ? 'open' : 'refuse') });
    for (let i = 0; i < 3; i += 1) server.say(`${i}`);
    const { client, page } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    isUp = false;
    server.last().cut();
    talk.markRead(2);
    talk.markRead(1);
    await pass(5000);
    isUp = true;
    page.wake();
    await pass(2000);
    expect(server.sent('conversation.read').map(({ seq }) => seq)).toEqual([2]);
    expect(client.inbox.unread.value).toEqual({ count: 1, mentions: 0, isComplete: true });
  });

  it('of the other user never go backwards, in whatever order they come', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    for (const text of ['one', 'two']) talk.send(text);
    await pass(100);
    for (const seq of [2, 1]) {
      server.push({ type: 'conversation.read', conversation: TALK, user_id: BOB, seq });
      await pass(10);
    }
    expect(talk.messages.value.map(({ state }) => state)).toEqual(['read', 'read']);
  });

  it('are implied by a message, for both users, and no other receipt is sent', async () => {
    const server = fakeServer();
    server.say('question');
    const { client } = await online(server);
    expect(client.inbox.unread.value).toEqual({ count: 1, mentions: 0, isComplete: true });
    const talk = client.conversation(TALK);
    await during(talk.open());
    talk.send('answer');
    await pass(3000);
    expect(client.inbox.items.value).toMatchObject([{ unread: 0, read: 2, peerRead: 1 }]);
    server.say('thanks');
    await pass(10);
    expect(talk.messages.value.map(({ state }) => state)).toEqual(['received', 'read', 'received']);
    expect(client.inbox.items.value).toMatchObject([{ unread: 1, read: 2, peerRead: 3 }]);
    expect(server.sent('conversation.read')).toEqual([]);
    expect(server.sent('message.received')).toEqual([]);
  });

  it('implied by a message cover only what its sender had seen', async () => {
    const server = fakeServer();
    server.say('one');
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    for (const text of ['two', 'three']) server.append(BOB, text);
    talk.send('written before they came');
    await pass(3000);
    expect(server.sent('message.send')).toMatchObject([{ after: 1, read: 1 }]);
    expect(client.inbox.items.value).toMatchObject([{ unread: 2, read: 1, last: { seq: 4 } }]);
    server.push({ ...server.append(BOB, 'five', undefined, 3), type: 'chat.message', sender: 'bob' });
    await pass(10);
    expect(client.inbox.items.value).toMatchObject([{ unread: 3, read: 1, peerRead: 3 }]);
    expect(talk.messages.value.map(({ state }) => state).at(-2)).toBe('sent');
  });

  it('are implied by a message from another device of the user', async () => {
    const server = fakeServer();
    for (let i = 0; i < 3; i += 1) server.say(`${i}`);
    const { client } = await online(server);
    server.push({ ...server.append(ADA, 'from elsewhere'), type: 'chat.message', sender: 'ada' });
    await pass(10);
    expect(client.inbox.items.value).toMatchObject([{ last: { text: 'from elsewhere' }, unread: 0 }]);
  });
});

describe('typing', () => {
  it('of the other user shows for 6 s, or until their message', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const { typing } = client.conversation(TALK);
    const frame = { type: 'typing', conversation: TALK, user_id: BOB, expires_in: 6 };
    server.push(frame);
    await pass(5000);
    expect(typing.value).toBe(true);
    server.push(frame);
    await pass(5900);
    expect(typing.value).toBe(true);
    await pass(200);
    expect(typing.value).toBe(false);
    server.push(frame);
    await pass(10);
    server.say('here');
    await pass(10);
    expect(typing.value).toBe(false);
  });

  it('is sent every 3 s at most', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    for (let key = 0; key < 70; key += 1) {
      talk.type();
      await pass(100);
    }
    expect(server.sent('typing')).toHaveLength(3);
  });
});

describe('people', () => {
  it('are searched when the typing pauses, and only the last search is shown', async () => {
    const page = (username: string, next: string | null) =>
      new Response(JSON.stringify({ count: null, next, previous: null, results: [{ id: BOB, username }] }));
    const replies = [page('bob', 'https://chat.example/users/?cursor=x'), page('bobby', null)];
    const server = fakeServer({ http: (_method, path) => (path === '/users' ? replies.shift() : undefined) });
    const { client } = await online(server);
    for (const query of ['b', 'bo', 'bob']) client.people.search(query);
    await pass(300);
    expect(server.requests.filter((request) => request === 'GET /users')).toHaveLength(1);
    expect(client.people.state.value).toEqual({
      query: 'bob',
      people: [{ id: BOB, username: 'bob' }],
      hasMore: true,
      isLoading: false,
    });
    await during(client.people.more());
    expect(client.people.state.value.people.map(({ username }) => username)).toEqual(['bob', 'bobby']);
  });
});

it('more people belong to the search on the screen, and none come after a failed one', async () => {
  const found = (username: string, next: string | null) =>
    new Response(JSON.stringify({ count: null, next, previous: null, results: [{ id: BOB, username }] }));
  let answer: () => Response | 'offline' = () => found('a1', 'https://chat.example/users?search=a&cursor=x');
  const server = fakeServer({ http: (_method, path) => (path === '/users' ? answer() : undefined) });
  const { client } = await online(server);
  client.people.search('a');
  await pass(500);
  answer = () => 'offline';
  client.people.search('b');
  await pass(500);
  answer = () => found('a2', null);
  const before = server.requests.length;
  await during(client.people.more());
  expect(server.requests).toHaveLength(before);
});

it('a change during a read of the profile is not undone by the response', async () => {
  const server = fakeServer();
  let answer: () => void = () => undefined;
  const body = (name: string) => new Response(JSON.stringify({ id: ADA, first_name: name }));
  const { client } = await online(server, {
    fetch: async (url, init) => {
      if (!url.endsWith('/users/me')) return server.fetch(url, init);
      if (init.method === 'PATCH') return body('New');
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return body('Old');
    },
  });
  await during(client.changeProfile({ first_name: 'New' }));
  answer();
  await pass(10);
  expect(client.profile.value).toMatchObject({ first_name: 'New' });
});

describe('a change of the profile on another device', () => {
  it('appears after an absence and on demand', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    expect(client.profile.value).toMatchObject({ first_name: 'Ada', presence: 'shown' });
    server.profile.presence = 'hidden';
    server.last().cut();
    await pass(2_000);
    expect(client.profile.value).toMatchObject({ first_name: 'Ada', presence: 'hidden' });
    server.profile.first_name = 'Augusta';
    expect(await during(client.loadProfile())).toMatchObject({ first_name: 'Augusta' });
    expect(client.profile.value).toMatchObject({ first_name: 'Augusta' });
  });

  it('causes no request while the connection lasts, even across renewals', async () => {
    const server = fakeServer();
    server.lifetime = 300;
    await online(server);
    const asked = () => server.requests.filter((request) => request === 'GET /users/me').length;
    expect(asked()).toBe(1);
    await pass(3_600_000);
    expect(server.sent('auth.refresh').length).toBeGreaterThan(5);
    expect(asked()).toBe(1);
  });

  it('is not undone by a change here, and the last of two changes here wins', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    server.profile.last_name = 'King';
    const changes = [client.changeProfile({ first_name: 'A' }), client.changeProfile({ first_name: 'B' })];
    await during(Promise.all(changes));
    expect(server.profile).toMatchObject({ first_name: 'B', last_name: 'King' });
    expect(client.profile.value).toMatchObject({ first_name: 'B', last_name: 'King' });
  });
});

describe('an observable', () => {
  it('that a listener sets again has the same final value for all listeners', () => {
    const value = observable(0);
    value.subscribe((now) => {
      if (now === 1) value.set(2);
    });
    const seen: number[] = [];
    value.subscribe((now) => seen.push(now));
    value.set(1);
    expect(seen).toEqual([0, 2]);
  });

  it('does not call a listener that another one has just ended', () => {
    const value = observable(0);
    let end: () => void = () => undefined;
    value.subscribe((now) => {
      if (now === 1) end();
    });
    const seen: number[] = [];
    end = value.subscribe((now) => seen.push(now));
    value.set(1);
    expect(seen).toEqual([0]);
  });

  it('calls a listener at once and at each change, until that ends', () => {
    const value = observable(1);
    const seen: number[] = [];
    const end = value.subscribe((next) => seen.push(next));
    value.set(2);
    value.set(2);
    end();
    value.set(3);
    expect([seen, value.value]).toEqual([[1, 2], 3]);
  });
});
