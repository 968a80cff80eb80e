import { describe, expect, it, vi } from 'vitest';
import { localTokens, memoryTokens, type Tokens } from '../../client/index.ts';
import { createApi } from '../../client/session/api.ts';
import type { HttpRequest } from '../../client/session/http.ts';
import { createSession } from '../../client/session/session.ts';
import { browser } from './browser.ts';
import { ADA, BOB, fakeServer, TALK } from './fake-server.ts';
import { clientOf, during, fakeClock, online, pass } from './support.ts';

fakeClock();

const AS_BOB = { email: 'bob@example.com', password: 'x' };

it.each(['close', 'logOut'] as const)('read receipts are sent before %s', async (how) => {
  const server = fakeServer();
  server.say('one');
  const { client } = await online(server);
  const talk = client.conversation(TALK);
  await during(talk.open());
  await pass(1_000);
  talk.markRead();
  await during(Promise.resolve(client[how]()));
  expect(server.sent('conversation.read').map(({ seq }) => seq)).toEqual([1]);
});

/** Waits for the requests that are on their way. */
const settle = () => pass(10);

describe('a closed client leaves no timer', () => {
  it('after an idle connection with an open conversation', async () => {
    const server = fakeServer({ push: ({ message }) => (message === 'lost' ? [] : [1]) });
    server.say('hello');
    const { client, page } = await online(server);
    const talk = client.conversation(TALK);
    await during(talk.open());
    page.wake('used');
    client.people.search('b');
    talk.markRead();
    server.say('lost');
    server.say('behind it');
    await pass(2);
    server.push({ type: 'typing', conversation: TALK, user_id: BOB, expires_in: 6 });
    await pass(5);
    expect(talk.typing.value).toBe(true);
    client.close();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    expect(server.open()).toEqual([]);
  });

  it.each(['connecting', 'online', 'waiting'])('when a listener of the state %s closes it', async (state) => {
    const server = fakeServer();
    let begun = 0;
    let ended = 0;
    const { client } = clientOf(server, {
      wakeUps: () => {
        begun += 1;
        return () => {
          ended += 1;
        };
      },
    });
    client.connection.subscribe((now) => {
      if (now === state) client.close();
    });
    await during(client.logIn(AS_BOB), 200);
    if (state === 'waiting') server.last().cut();
    await settle();
    expect([client.connection.value, vi.getTimerCount(), ended]).toEqual(['off', 0, begun]);
    expect(server.open()).toEqual([]);
  });

  it.each([
    ['while nothing is answered', { reply: () => 'lost' as const }],
    ['while the server is busy', { reply: () => ({ error: { type: 'error', code: 'busy', detail: '' } }) }],
    ['while a handshake hangs', { handshake: () => 'hang' as const }],
    ['while the line is refused', { handshake: () => 'refuse' as const }],
  ])('%s', async (_when, faults) => {
    const server = fakeServer(faults);
    server.say('hello');
    const { client } = await online(server);
    const talk = client.conversation(TALK);
    void talk.open().catch(() => undefined);
    talk.send('waits');
    talk.markRead(1);
    talk.type();
    await pass(12_000);
    client.close();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    await pass(60_000);
    expect(server.open()).toEqual([]);
  });

  it('of a previous socket that waits for a reply', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 5000 : 1) });
    const { client } = await online(server, { limits: { connectionMs: 10_000 } });
    await pass(8000);
    client.conversationWith(BOB).send('in between');
    await pass(1500);
    expect(server.open()).toHaveLength(2);
    client.close();
    expect(server.open()).toEqual([]);
    expect(server.sockets.every(({ closedByClient }) => closedByClient)).toBe(true);
    await pass(5001);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and opens no socket if it was closed while it logged in', async () => {
    const server = fakeServer();
    const { client } = clientOf(server);
    const logIn = client.logIn({ email: '', password: '' });
    await pass(2);
    client.close();
    await during(logIn);
    expect(server.sockets).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the next user', () => {
  it('sees no response that was on its way for the previous user', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.received' ? 'lost' : 1) });
    server.say("for ada's eyes");
    const { client } = await online(server);
    await pass(1000);
    void client
      .conversation(TALK)
      .open()
      .catch(() => undefined);
    client.people.search('x');
    const asked = client.user(BOB);
    asked.catch(() => undefined);
    await pass(1);
    const logIn = client.logIn(AS_BOB);
    await pass(4);
    server.faults.http = (_method, path) =>
      path === '/users/me' || path === '/users' || path.startsWith('/conversations') ? 'offline' : undefined;
    await during(logIn);
    expect(client.session.value.user?.id).toBe(BOB);
    expect(client.conversation(TALK).messages.value).toEqual([]);
    expect(client.inbox.items.value).toEqual([]);
    const bobs = server.last().frames.map(({ action }) => action);
    await pass(5000);
    expect(bobs, 'marks of the one before are not told').not.toContain('message.received');
    expect(server.last().frames.map(({ action }) => action)).not.toContain('message.received');
  });

  it('gets no response to a request of the previous user', async () => {
    const answers: ((value: unknown) => void)[] = [];
    const ask = (() => new Promise((resolve) => answers.push(resolve))) as unknown as HttpRequest;
    const asking = createApi(ask, { access: async () => 'a', refresh: async () => 'b' });
    const asked = asking.get('/users/me');
    await pass(0);
    asking.reset();
    answers[0]?.({ id: ADA });
    await expect(asked).rejects.toMatchObject({ code: 'session_ended' });
  });

  it('does not see the profile of the previous user', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    server.faults.http = (method, path) => {
      if (path !== '/users/me') return undefined;
      return method === 'PATCH' ? new Response(JSON.stringify({ id: ADA })) : 'offline';
    };
    const logIn = client.logIn(AS_BOB);
    await pass(1);
    const change = client.changeProfile({ last_name: 'King' });
    await expect(during(change)).rejects.toMatchObject({ code: 'session_ended' });
    await logIn;
    expect([client.session.value.user?.id, client.profile.value]).toEqual([BOB, undefined]);
  });

  it('refreshes without waiting for the previous user’s refresh', async () => {
    const server = fakeServer();
    const tokensOf = async (email: string, age: number) => {
      const store = memoryTokens();
      await during(clientOf(server, { tokens: store }).client.logIn({ email, password: 'x' }));
      const { since, ...tokens } = (await store.load()) as Tokens;
      return { ...tokens, since: since - age };
    };
    const [adas, bobs] = [await tokensOf('ada@example.com', 0), await tokensOf(AS_BOB.email, 3_600_000)];
    let tell = () => {};
    const store = {
      ...memoryTokens(),
      onChange: (listener: () => void) => {
        tell = listener;
        return () => {};
      },
    };
    const answers: ((tokens: Tokens) => void)[] = [];
    const ask = (() => new Promise((resolve) => answers.push(resolve))) as unknown as HttpRequest;
    const session = createSession({ http: ask, store, now: Date.now });
    await store.save(adas);
    await session.resume();
    const before = session.refresh(adas.access);
    await pass(0);
    await store.save(bobs);
    tell();
    await pass(0);
    const after = session.access();
    answers[0]?.(adas);
    await expect(before).rejects.toMatchObject({ code: 'not_logged_in' });
    await pass(0);
    answers[1]?.(bobs);
    expect(await after).toBe(bobs.access);
    expect(session.state.value.user?.id).toBe(BOB);
  });

  it('is not used for a request of the previous user whose token was refused', async () => {
    const server = fakeServer();
    const tokens = memoryTokens();
    const { client } = await online(server, { tokens });
    const before = (await tokens.load()) as Tokens;
    await during(client.logIn(AS_BOB));
    const session = createSession({
      http: (() => Promise.reject()) as HttpRequest,
      store: tokens,
      now: Date.now,
    });
    await session.resume();
    await expect(session.refresh(before.access)).rejects.toMatchObject({ code: 'session_ended' });
    expect(session.state.value.user?.id).toBe(BOB);
  });

  it('stops a refresh of the previous user that finds their tokens in the store', async () => {
    const server = fakeServer();
    const shared = browser();
    // Without events, as if they were still on their way.
    const { addEventListener, ...deaf } = shared.tab();
    const { client } = await online(server, { tokens: localTokens('t', deaf) });
    const other = clientOf(server, { tokens: localTokens('t', shared.tab()) });
    await during(other.client.logIn(AS_BOB));
    expect(client.session.value.user?.id).toBe(ADA);
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(client.session.value.user?.id).toBe(BOB);
    expect(server.refreshed.size).toBe(0);
    await pass(100);
    expect(client.connection.value).toBe('online');
  });

  it('keeps their tokens although the previous user’s logout is still running', async () => {
    const server = fakeServer();
    const shared = browser();
    const { client } = await online(server, { tokens: localTokens('t', shared.tab()) });
    server.session = 'another';
    const other = clientOf(server, { tokens: localTokens('t', shared.tab()) });
    const logIn = other.client.logIn(AS_BOB);
    // Bob's tokens are there, and this tab does not know yet.
    await pass(6);
    expect(client.session.value.user?.id).toBe(ADA);
    const out = client.logOut();
    await during(Promise.all([logIn, out]));
    expect(other.client.session.value.user?.id).toBe(BOB);
    expect(shared.held.has('t')).toBe(true);
  });
});

describe('a new conversation in the inbox', () => {
  it('shows its newest message although the first one started the request for its entry', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    server.say('one');
    await pass(2);
    server.say('two');
    await pass(100);
    expect(client.inbox.items.value).toMatchObject([{ last: { text: 'two', seq: 2 }, unread: 2 }]);
  });
});
