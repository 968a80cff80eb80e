import { describe, expect, it, vi } from 'vitest';
import { type Client, localTokens, memoryTokens } from '../../client/index.ts';
import { browser } from './browser.ts';
import { ADA, BOB, type FakeServer, fakeServer } from './fake-server.ts';
import { clientOf, during, fakeClock, pass } from './support.ts';

fakeClock();

const AS_ADA = { email: 'ada@example.com', password: 'x' };
const AS_BOB = { email: 'bob@example.com', password: 'x' };

/** Tabs of one browser. The first one has logged in as ada, and all have resumed. */
async function tabsOf(server: FakeServer, count: number) {
  const shared = browser();
  const tabs = Array.from(
    { length: count },
    () => clientOf(server, { tokens: localTokens('t', shared.tab()) }).client,
  );
  for (const tab of tabs) await during(tab === tabs[0] ? tab.logIn(AS_ADA) : tab.resume());
  return { shared, tabs: tabs as [(typeof tabs)[0], (typeof tabs)[0]] };
}

const userOf = (access: string | undefined) => access && JSON.parse(atob(access.split('.')[1] ?? '')).user_id;

describe('when one tab', () => {
  it('logs out, the others are out at once', async () => {
    const server = fakeServer();
    const { tabs } = await tabsOf(server, 3);
    expect(server.open()).toHaveLength(3);
    void tabs[0].logOut();
    await pass(10);
    expect(tabs.map(({ session }) => session.value)).toEqual(Array(3).fill({ state: 'out' }));
    expect(server.open()).toEqual([]);
    await pass(60_000);
    expect(server.sockets).toHaveLength(3);
  });

  it('logs in, the others follow', async () => {
    const server = fakeServer();
    const { tabs } = await tabsOf(server, 2);
    await during(tabs[0].logOut());
    await during(tabs[0].logIn(AS_BOB));
    expect(tabs[1].session.value).toEqual({ state: 'in', user: { id: BOB, username: 'bob' } });
    expect(tabs[1].connection.value).toBe('online');
    expect(server.open().map(({ token }) => userOf(token))).toEqual([BOB, BOB]);
  });

  it('logs in as another user, a conversation that is still on the screen sends nothing', async () => {
    const CAROL = '0198c3f6-0000-7000-8000-00000000000c';
    const server = fakeServer();
    const { tabs } = await tabsOf(server, 2);
    const [one, other] = tabs;
    const talk = other.conversationWith(CAROL);
    await during(one.logIn(AS_BOB));
    expect(other.session.value.user?.id).toBe(BOB);
    expect(() => talk.send('Dear Carol')).toThrow('You are not a member of this conversation.');
    await pass(500);
    expect(server.sent('message.send')).toEqual([]);
  });

  it('logs in as another user, no request of the previous user is sent as the new one', async () => {
    const server = fakeServer();
    server.say('for ada');
    const { tabs } = await tabsOf(server, 2);
    const [one, other] = tabs;
    await during(other.conversationWith(BOB).open());
    expect(other.inbox.items.value).toHaveLength(1);
    // The first attempt fails, and the second one finds bob's tokens.
    server.faults.http = (method) =>
      method === 'PATCH'
        ? new Response(JSON.stringify({ code: 'token_expired', detail: '' }), { status: 401 })
        : undefined;
    const logIn = one.logIn(AS_BOB);
    await pass(6);
    const change = other.changeProfile({ last_name: 'Lovelace' });
    await expect(during(change)).rejects.toMatchObject({ code: 'session_ended' });
    await during(logIn);
    const changes = server.authorized.filter((_, i) => server.requests[i] === 'PATCH /users/me');
    expect(changes.map(userOf)).toEqual([ADA]);
    expect(other.session.value.user?.id).toBe(BOB);
    expect(server.open().map(({ token }) => userOf(token))).toEqual([BOB, BOB]);
  });

  it('refreshes, the others use its tokens without a request', async () => {
    const server = fakeServer();
    const { tabs } = await tabsOf(server, 2);
    await during(tabs[0].refresh());
    server.last().cut();
    await pass(2000);
    expect(server.refreshed.size).toBe(1);
    expect(new Set(server.open().map(({ token }) => token)).size).toBe(2);
  });

  it('has refreshed long ago and is closed, another continues with its tokens', async () => {
    const server = fakeServer();
    const shared = browser();
    const { addEventListener, ...deaf } = shared.tab();
    const one = clientOf(server, { tokens: localTokens('t', deaf) }).client;
    await during(one.logIn(AS_ADA));
    const other = clientOf(server, { tokens: localTokens('t', shared.tab()) }).client;
    await during(other.resume());
    await during(other.refresh());
    other.close();
    // Both access tokens have expired while the device slept, and the connections are gone.
    vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
    for (const socket of server.open()) socket.cut();
    await pass(2000);
    expect([one.session.value.state, one.connection.value]).toEqual(['in', 'online']);
    expect([...server.refreshed.values()]).toEqual([1, 1]);
  });

  it('logs in again as the same user, the end of the previous session does not affect the others', async () => {
    const server = fakeServer();
    const { shared, tabs } = await tabsOf(server, 2);
    const [first] = server.sockets;
    server.session = 'another';
    const logIn = tabs[1].logIn(AS_ADA);
    await pass(9);
    await logIn;
    first?.deliver({ type: 'session.ended', detail: '' });
    first?.cut();
    await pass(2000);
    expect(tabs.map(({ session }) => session.value.state)).toEqual(['in', 'in']);
    expect(tabs.map(({ connection }) => connection.value)).toEqual(['online', 'online']);
    expect(shared.held.has('t')).toBe(true);
  });

  it.each([
    ['logs out', async (tab: Client) => tab.logOut(), 'out'],
    ['logs somebody else in', async (tab: Client) => tab.logIn(AS_BOB), BOB],
  ])(
    '%s while another one lies in the back/forward cache, that one follows when it is shown',
    async (_what, act, who) => {
      const server = fakeServer();
      const shared = browser();
      const listeners: ((event: { persisted: boolean }) => void)[] = [];
      const deaf = (type: string, listen: never) => type === 'pageshow' && listeners.push(listen);
      const cached = clientOf(server, {
        tokens: localTokens('t', { ...shared.tab(), addEventListener: deaf }),
      }).client;
      await during(cached.logIn(AS_ADA));
      const other = clientOf(server, { tokens: localTokens('t', shared.tab()) }).client;
      await during(other.resume());
      await during<unknown>(act(other));
      expect(cached.session.value.user?.id).toBe(ADA);
      for (const listener of listeners) listener({ persisted: true });
      await pass(10);
      expect(cached.session.value.user?.id ?? cached.session.value.state).toBe(who);
    },
  );

  it('clears the whole storage, the others are out', async () => {
    const server = fakeServer();
    const listeners: ((event: { key: string | null }) => void)[] = [];
    const shared = browser();
    const page = { ...shared.tab(), addEventListener: (_: string, listen: never) => listeners.push(listen) };
    const { client } = clientOf(server, { tokens: localTokens('t', page) });
    await during(client.logIn(AS_ADA));
    shared.held.clear();
    for (const listener of listeners) listener({ key: 'other' });
    await pass(10);
    expect(client.session.value.state).toBe('in');
    for (const listener of listeners) listener({ key: null });
    await pass(10);
    expect(client.session.value.state).toBe('out');
  });
});

it('a tab that has not resumed yet does not follow the others', async () => {
  const server = fakeServer();
  const shared = browser();
  const [one, other] = [1, 2].map(
    () => clientOf(server, { tokens: localTokens('t', shared.tab()) }).client,
  ) as [ReturnType<typeof clientOf>['client'], ReturnType<typeof clientOf>['client']];
  await during(one.logIn(AS_ADA));
  expect(other.session.value.state).toBe('unknown');
  other.close();
  one.close();
  expect(shared.listeners()).toBe(0);
});

describe('a logout', () => {
  it('without a network happens at once, and a running refresh does not undo it', async () => {
    let isDown = false;
    const server = fakeServer();
    const { shared, tabs } = await tabsOf(server, 2);
    const refresh = tabs[0].refresh();
    await pass(2);
    isDown = true;
    server.faults.http = () => (isDown ? 'offline' : undefined);
    const out = tabs[0].logOut();
    expect(tabs[0].session.value).toEqual({ state: 'out' });
    await pass(0);
    expect(shared.held.has('t'), 'before the refresh is answered').toBe(false);
    await expect(during(refresh)).rejects.toMatchObject({ code: 'not_logged_in' });
    await during(out);
    await pass(60_000);
    expect(shared.held.has('t')).toBe(false);
    expect(tabs.map(({ session }) => session.value.state)).toEqual(['out', 'out']);
  });

  it('is not undone by a refresh that another tab completes meanwhile', async () => {
    const shared = browser({ hasLocks: false });
    let out: Promise<void> | undefined;
    const server = fakeServer();
    const [one, other] = [1, 2].map(
      () => clientOf(server, { tokens: localTokens('t', shared.tab()) }).client,
    ) as [ReturnType<typeof clientOf>['client'], ReturnType<typeof clientOf>['client']];
    await during(one.logIn(AS_ADA), 500);
    await during(other.resume());
    server.faults.http = (_method, path) => {
      if (path === '/users/token/refresh') setTimeout(() => (out ??= one.logOut()), 4);
      return undefined;
    };
    const states: string[] = [];
    await during(other.refresh(), 500);
    one.session.subscribe(({ state }) => states.push(state));
    await during(out as unknown as Promise<void>, 60_000);
    expect(states).toEqual(['out']);
    expect(other.session.value).toEqual({ state: 'out' });
    expect(shared.held.has('t')).toBe(false);
  });

  it('with an expired access token still tells the server', async () => {
    let skew = 0;
    const server = fakeServer();
    const { client } = clientOf(server, { tokens: memoryTokens(), now: () => Date.now() + skew });
    await during(client.logIn(AS_ADA));
    skew = 60 * 60_000;
    await during(client.logOut());
    expect(server.requests.slice(-2)).toEqual(['POST /users/token/refresh', 'POST /users/logout']);
    expect(client.session.value).toEqual({ state: 'out' });
  });
});

describe('a token store', () => {
  it.each([
    ['no JSON', '{'],
    ['something else', '"tokens"'],
    ['a token that says nothing', '{"access":"x","refresh":"y","since":1,"lifetime":1}'],
    ['a token without an end', `{"access":"x.${btoa('{"user_id":"a"}')}.x","refresh":"y","since":1}`],
    [
      'a token from no time',
      `{"access":"x.${btoa('{"user_id":"a","iat":0,"exp":9}')}.x","refresh":"y","since":"?","lifetime":9}`,
    ],
    ['nobody', 'null'],
  ])('with %s counts as empty', async (_what, text) => {
    const shared = browser();
    shared.held.set('t', text);
    const { client } = clientOf(fakeServer(), { tokens: localTokens('t', shared.tab()) });
    expect(await client.resume()).toBeUndefined();
    expect(client.session.value).toEqual({ state: 'out' });
    await during(client.logIn(AS_ADA));
    expect(client.session.value.state).toBe('in');
  });

  it.each([
    ['with Web Locks', true],
    ['without', false],
  ])('that is full does not end the session, %s', async (_how, hasLocks) => {
    const server = fakeServer();
    const page = browser({ hasLocks }).tab();
    page.localStorage.setItem = () => {
      throw new Error('QuotaExceededError');
    };
    const { client } = clientOf(server, { tokens: localTokens('t', page) });
    await during(client.logIn(AS_ADA));
    await pass(3 * 60 * 60_000);
    expect([client.session.value.state, client.connection.value]).toEqual(['in', 'online']);
    expect([...server.refreshed.values()].every((uses) => uses === 1)).toBe(true);
  });

  it('that becomes full keeps no used refresh token', async () => {
    const server = fakeServer();
    const shared = browser();
    const page = shared.tab();
    const { client } = clientOf(server, { tokens: localTokens('t', page) });
    await during(client.logIn(AS_ADA));
    page.localStorage.setItem = () => {
      throw new Error('QuotaExceededError');
    };
    await pass(3 * 60 * 60_000);
    expect(shared.held.has('t')).toBe(false);
    expect(client.session.value.state).toBe('in');
    expect([...server.refreshed.values()].every((uses) => uses === 1)).toBe(true);
  });

  it('that the browser forbids is replaced by one in memory', async () => {
    const page = {
      get localStorage(): never {
        throw new Error('SecurityError');
      },
    };
    const { client } = clientOf(fakeServer(), { tokens: localTokens('t', page) });
    await during(client.logIn(AS_ADA));
    expect(client.session.value.state).toBe('in');
    expect(() => localTokens('t', {})).toThrow(
      'localTokens needs localStorage. Elsewhere, pass your own TokenStore.',
    );
  });
});
