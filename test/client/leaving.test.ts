import { describe, expect, it } from 'vitest';
import { localTokens, memoryOutbox, type OutboxStore } from '../../client/index.ts';
import { browser } from './browser.ts';
import { BOB, fakeServer } from './fake-server.ts';
import { clientOf, during, fakeClock, pass } from './support.ts';

fakeClock();

const AS_ADA = { email: 'ada@example.com', password: 'x' };
const AS_BOB = { email: 'bob@example.com', password: 'x' };

/** A browser without a connection, in which ada has written two messages. */
async function withWaiting() {
  let isRefusing = true;
  const server = fakeServer({ handshake: () => (isRefusing ? 'refuse' : undefined) as never });
  const shared = browser();
  const outbox = memoryOutbox();
  const tab = (store: OutboxStore = outbox) =>
    clientOf(server, { tokens: localTokens('t', shared.tab()), outbox: store }).client;
  const one = tab();
  await during(one.logIn(AS_ADA));
  const other = tab();
  await during(other.resume());
  for (const text of ['first', 'second']) one.conversationWith(BOB).send(text);
  await pass(10);
  expect(await outbox.load()).toHaveLength(2);
  return {
    server,
    shared,
    outbox,
    one,
    other,
    tab,
    heal: () => {
      isRefusing = false;
    },
  };
}

describe('a logout', () => {
  it('removes unsent messages: they are not stored, shown or sent any more', async () => {
    const { server, shared, outbox, one, other, heal } = await withWaiting();
    await during(one.logOut());
    expect(await outbox.load()).toEqual([]);
    expect([...shared.held.values()]).toEqual([]);
    expect([one, other].map(({ session }) => session.value.state)).toEqual(['out', 'out']);
    heal();
    await during(other.logIn(AS_ADA));
    await pass(60_000);
    expect(other.connection.value).toBe('online');
    expect(server.log).toEqual([]);
    expect(other.conversationWith(BOB).messages.value).toEqual([]);
  });

  it('can be preceded by a count of the unsent messages in all tabs', async () => {
    const { one, other } = await withWaiting();
    expect([await one.countUnsent(), await other.countUnsent()]).toEqual([2, 2]);
    other.conversationWith(BOB).send('third');
    await pass(10);
    expect([await one.countUnsent(), await other.countUnsent()]).toEqual([3, 3]);
    await during(one.logOut());
    expect(await one.countUnsent()).toBe(0);
  });

  it('removes known messages first, so that nothing is left if the page is closed at once', async () => {
    const { outbox, one } = await withWaiting();
    void one.logOut();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(await outbox.load()).toEqual([]);
  });

  it('in another tab removes messages that this tab stores meanwhile, however this tab learns of it', async () => {
    const { server, outbox, one, other } = await withWaiting();
    void one.logOut();
    other.conversationWith(BOB).send('too late');
    await pass(100);
    expect(server.log).toEqual([]);
    expect(other.session.value.state).toBe('out');
    expect(await outbox.load()).toEqual([]);
  });

  it('leaves nothing in the browser’s cache: all requests bypass it', async () => {
    const server = fakeServer();
    const caches: unknown[] = [];
    const { client } = clientOf(server, {
      fetch: (url, init) => {
        caches.push(init.cache);
        return server.fetch(url, init);
      },
    });
    await during(client.logIn(AS_ADA));
    await during(client.conversationWith(BOB).open());
    await during(client.user(BOB));
    await during(client.logOut());
    expect(caches.length).toBeGreaterThan(5);
    expect(new Set(caches)).toEqual(new Set(['no-store']));
  });

  it('that the server reports first does not count as the end of the session', async () => {
    const server = fakeServer();
    const shared = browser();
    const [one, other] = [shared.tab(), { ...shared.tab(), addEventListener: () => undefined }].map(
      (page) => clientOf(server, { tokens: localTokens('t', page) }).client,
    ) as [ReturnType<typeof clientOf>['client'], ReturnType<typeof clientOf>['client']];
    await during(one.logIn(AS_ADA));
    await during(other.resume());
    await during(one.logOut());
    server.last().deliver({ type: 'session.ended', detail: '' });
    await pass(10);
    expect(other.session.value.state).toBe('out');
  });
});

describe('a session that the server ends', () => {
  const end = async (server: ReturnType<typeof fakeServer>) => {
    server.last().deliver({ type: 'session.ended', detail: '' });
    await pass(10);
  };

  it('is ended for all tabs and for the next page', async () => {
    const server = fakeServer();
    const shared = browser();
    const tab = () => clientOf(server, { tokens: localTokens('t', shared.tab()) }).client;
    const [one, other] = [tab(), tab()];
    await during(one.logIn(AS_ADA));
    await during(other.resume());
    await end(server);
    const next = tab();
    await during(next.resume());
    expect([one, other, next].map(({ session }) => session.value.state)).toEqual(Array(3).fill('ended'));
    expect([...shared.held.values()]).toEqual(['"ended"']);
    await during(next.logIn(AS_ADA));
    expect([one, other, next].map(({ session }) => session.value.state)).toEqual(Array(3).fill('in'));
    await during(one.logOut());
    expect([...shared.held.values()]).toEqual([]);
  });

  /** The server refuses the refresh token. So the session ends without a socket too. */
  const refuseTokens = (server: ReturnType<typeof fakeServer>) => {
    server.faults.http = (_method, path) =>
      path === '/users/token/refresh'
        ? new Response(JSON.stringify({ code: 'token_invalid', detail: '' }), { status: 401 })
        : undefined;
  };

  it('keeps unsent messages for their writer', async () => {
    const { server, outbox, one, other, heal } = await withWaiting();
    refuseTokens(server);
    await expect(during(one.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect([one, other].map(({ session }) => session.value.state)).toEqual(['ended', 'ended']);
    expect(await outbox.load()).toHaveLength(2);
    heal();
    await during(other.logIn(AS_ADA), 1_000);
    expect(server.log.map(({ message }) => message)).toEqual(['first', 'second']);
    expect(await outbox.load()).toEqual([]);
  });

  it('keeps no unsent messages for another user who logs in', async () => {
    const { server, outbox, one, other, heal } = await withWaiting();
    refuseTokens(server);
    await expect(during(one.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    heal();
    await during(other.logIn(AS_BOB), 1_000);
    expect([server.log, await outbox.load()]).toEqual([[], []]);
  });
});
