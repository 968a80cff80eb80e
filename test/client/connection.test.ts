import { describe, expect, it } from 'vitest';
import { ADA, BOB, fakeServer, problem, TALK } from './fake-server.ts';
import { clientOf, during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

const MINUTE = 60_000;

describe('the connection', () => {
  it('opens with a fresh token and is then online', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    expect(client.connection.value).toBe('online');
    server.last().cut();
    expect(client.connection.value).toBe('waiting');
    await pass(40 * MINUTE);
    expect(server.sockets).toHaveLength(2);
    expect(server.sent('auth.refresh')).toHaveLength(1);
    client.close();
    expect([client.connection.value, server.open().length]).toEqual(['off', 0]);
  });

  it('retries with full jitter and growing pauses, and at once when the network is back', async () => {
    let isUp = true;
    const server = fakeServer({ handshake: () => (isUp ? 'open' : 'refuse') });
    const { page } = await online(server, { random: () => 0.999 });
    isUp = false;
    server.last().cut();
    const opened: number[] = [];
    for (let second = 0; second < 300; second += 1) {
      const before = server.sockets.length;
      await pass(1000);
      if (server.sockets.length > before) opened.push(second);
    }
    expect(opened.length).toBeLessThan(18);
    expect((opened.at(-1) ?? 0) - (opened.at(-2) ?? 0)).toBeLessThanOrEqual(31);
    isUp = true;
    page.wake();
    await pass(20);
    expect(server.open()).toHaveLength(1);
  });

  it('pauses for some seconds between the sockets of a server that closes each one after some frames', async () => {
    const server = fakeServer();
    await online(server, { random: () => 0.999 });
    const before = server.sockets.length;
    for (let tenths = 0; tenths < 3_000; tenths += 1) {
      // The reply to `sync` has come by now.
      await pass(100);
      for (const socket of server.open()) socket.cut();
    }
    // In five minutes, with a pause of up to four seconds after each.
    expect(server.sockets.length - before).toBeGreaterThan(60);
    expect(server.sockets.length - before).toBeLessThan(90);
  });

  it('comes back fast after each of its ends, if it lived for a while', async () => {
    const server = fakeServer();
    await online(server, { random: () => 0.999 });
    for (let times = 0; times < 20; times += 1) {
      await pass(3_000);
      server.last().cut();
      await pass(1_100);
      expect(server.open()).toHaveLength(1);
    }
  });

  it('gives up a handshake that hangs', async () => {
    let isHanging = true;
    const server = fakeServer({ handshake: () => (isHanging ? 'hang' : 'open') });
    const { client } = await online(server);
    expect(client.connection.value).toBe('connecting');
    isHanging = false;
    await pass(15_000);
    expect(client.connection.value).toBe('online');
  });

  it('sends a ping when it is idle, before API Gateway’s 10 minutes', async () => {
    const server = fakeServer();
    server.lifetime = 86_400;
    await online(server);
    await pass(60 * MINUTE);
    expect(server.sockets).toHaveLength(1);
    expect(server.sent('ping').length).toBe(7);
  });

  it('is replaced within 15 s after the page is shown, if it died unnoticed', async () => {
    const server = fakeServer({ reply: () => (isDead ? 'lost' : 1) });
    let isDead = false;
    const { client, page } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    isDead = true;
    const dead = server.last();
    dead.onmessage = null;
    page.wake();
    await pass(5000);
    isDead = false;
    server.say('meanwhile');
    await pass(1000);
    expect(dead.closedByClient).toBe(true);
    expect(client.connection.value).toBe('online');
    expect(texts(talk.messages.value)).toEqual(['meanwhile']);
  });

  it('is replaced within 15 s after a message without a reply, if it died unnoticed', async () => {
    let isDead = false;
    const server = fakeServer({ reply: () => (isDead ? 'lost' : 1) });
    const { client } = await online(server);
    isDead = true;
    client.conversationWith(BOB).send('hello?');
    await pass(14_900);
    isDead = false;
    await pass(1500);
    expect(server.sockets.length).toBe(2);
    expect(server.log).toHaveLength(1);
  });

  it('survives the 2-hour cut without a gap: the next socket opens before the last one closes', async () => {
    const server = fakeServer();
    server.lifetime = 86_400;
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    const states: string[] = [];
    client.connection.subscribe((state) => states.push(state));
    for (let minute = 0; minute < 300; minute += 1) {
      server.say(`${minute}`);
      await pass(MINUTE);
      expect(server.open().length).toBeGreaterThan(0);
    }
    expect(server.sockets.length).toBe(3);
    expect(states).toEqual(['online']);
    expect(texts(talk.messages.value)).toEqual(server.log.map(({ message }) => message));
  });

  it('keeps the previous socket until its pending replies have come', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'message.send' ? 3000 : 1) });
    const { client } = await online(server, { limits: { connectionMs: 10_000 } });
    // With 0.5 as random, the next socket opens after 9 s.
    await pass(8000);
    client.conversationWith(BOB).send('in between');
    await pass(1500);
    expect(server.open()).toHaveLength(2);
    await pass(2000);
    expect(server.open()).toHaveLength(1);
    expect(server.sent('message.send')).toHaveLength(1);
  });

  it('sends each next token over the open socket before the last one expires', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const [first] = server.sockets;
    const before = first?.token;
    const states: string[] = [];
    client.connection.subscribe((state) => states.push(state));
    await pass(29 * MINUTE + 1000);
    expect(server.sent('auth.refresh').map(({ token }) => token)).toEqual([first?.token]);
    expect(first?.token).not.toBe(before);
    await pass(29 * MINUTE + 1000);
    expect(server.sent('auth.refresh')).toHaveLength(2);
    expect([server.sockets.length, states]).toEqual([1, ['online']]);
  });

  it('opens the next socket before API Gateway closes the last one, however often its token was renewed', async () => {
    const server = fakeServer();
    await online(server);
    await pass(115 * MINUTE);
    expect([server.sockets.length, server.open().length]).toEqual([2, 1]);
    expect(server.sent('auth.refresh')).toHaveLength(3);
  });

  it.each(['unknown_action', 'token_invalid', 'internal', 'busy'])(
    'opens the next socket with the token if the server answers %s',
    async (code) => {
      const reply = ({ action }: { action: string }) =>
        action === 'auth.refresh' ? { error: { type: 'error', code, detail: '' } } : 1;
      const server = fakeServer({ reply });
      const { client } = await online(server);
      const [first] = server.sockets;
      await pass(29 * MINUTE + 1000);
      expect(server.sockets).toHaveLength(2);
      expect(server.open().map(({ token }) => token)).toEqual([server.last().token]);
      expect(server.last().token).not.toBe(first?.token);
      expect(client.connection.value).toBe('online');
    },
  );

  it('opens the next socket with the token if the reply is lost', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'auth.refresh' ? 'lost' : 1) });
    const { client } = await online(server);
    await pass(29 * MINUTE + 12_000);
    expect([server.sockets.length, server.open().length]).toEqual([2, 1]);
    expect(client.connection.value).toBe('online');
  });

  it('sends no token over a socket that has closed while the token was fetched', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    await pass(29 * MINUTE - 1_000);
    server.faults.http = (_method, path) => {
      if (path === '/users/token/refresh') server.last().cut();
      return undefined;
    };
    await pass(3_000);
    expect(server.sent('auth.refresh')).toEqual([]);
    expect([server.open().length, client.connection.value]).toEqual([1, 'online']);
  });

  it('refreshes the token when the server says that it has expired', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const [first] = server.sockets;
    first?.deliver({ type: 'error', code: 'token_expired', detail: '' });
    await pass(100);
    expect(client.connection.value).toBe('online');
    expect(server.last().token).not.toBe(first?.token);
    expect(server.open()).toHaveLength(1);
  });

  it('closes when the session ends, and leaves no timer', async () => {
    const server = fakeServer();
    server.say('hello');
    const { client } = await online(server);
    server.last().deliver({ type: 'session.ended', detail: '' });
    await pass(10 * MINUTE);
    expect(client.session.value).toEqual({ state: 'ended' });
    expect([client.connection.value, server.open().length, server.sockets.length]).toEqual(['off', 0, 1]);
    expect(client.inbox.items.value).toEqual([]);
  });

  it('does not come back by itself after a newer one has replaced it, but when the user asks for it', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    server.last().deliver({ type: 'connection.replaced', detail: '' });
    await pass(10 * MINUTE);
    expect([client.connection.value, server.open().length, server.sockets.length]).toEqual([
      'replaced',
      0,
      1,
    ]);
    client.reconnect();
    await pass(20);
    expect([client.connection.value, server.open().length, server.sockets.length]).toEqual(['online', 1, 2]);
    // From here on it is a connection like any other.
    server.last().cut();
    await pass(MINUTE);
    expect(client.connection.value).toBe('online');
  });

  it('comes back when its page is shown again after a newer one has replaced it', async () => {
    const server = fakeServer();
    const { client, page } = await online(server);
    server.last().deliver({ type: 'connection.replaced', detail: '' });
    page.wake('hidden');
    await pass(MINUTE);
    expect(client.connection.value).toBe('replaced');
    page.wake('shown');
    await pass(20);
    expect(client.connection.value).toBe('online');
  });

  it('waits without a network, and opens by itself later', async () => {
    let isUp = false;
    const server = fakeServer({
      handshake: () => (isUp ? 'open' : 'refuse'),
      http: (_method, path) => (isUp || path === '/users/token' ? undefined : 'offline'),
    });
    const { client } = await online(server);
    await pass(5 * MINUTE);
    expect(client.connection.value).not.toBe('online');
    isUp = true;
    await pass(MINUTE);
    expect(client.connection.value).toBe('online');
  });

  it('repeats the watch of a new user when the server knows of the conversation', async () => {
    // Without a conversation a user cannot be watched, and the server's inbox is late by some seconds.
    let isKnown = false;
    const server = fakeServer({
      reply: ({ action }) =>
        action === 'presence.watch' && !isKnown ? { error: { type: 'presence', users: [] } } : 1,
    });
    const { client } = await online(server);
    client.presence.watch([BOB]);
    await pass(60_000);
    expect(server.sent('presence.watch')).toHaveLength(1);
    client.conversationWith(BOB).send('hello');
    await pass(2_100);
    expect(server.sent('presence.watch')).toHaveLength(2);
    isKnown = true;
    await pass(8_100);
    expect(server.sent('presence.watch')).toHaveLength(3);
    await pass(60_000);
    expect(server.sent('presence.watch')).toHaveLength(3);
  });

  it('sends one list of watched users at a time, so that the last one wins', async () => {
    const server = fakeServer({ reply: ({ action }) => (action === 'presence.watch' ? 100 : 1) });
    const { client } = await online(server);
    client.presence.watch([ADA]);
    await pass(10);
    client.presence.watch([ADA, BOB]);
    client.presence.watch([BOB]);
    await pass(50);
    expect(server.sent('presence.watch').map(({ users }) => users)).toEqual([[ADA]]);
    await pass(200);
    expect(server.sent('presence.watch').map(({ users }) => users)).toEqual([[ADA], [BOB]]);
  });

  it('notices the end of a session although HTTP still accepts its access token', async () => {
    let isEnded = false;
    const server = fakeServer({
      handshake: () => (isEnded ? 'refuse' : 'open'),
      http: (_method, path) =>
        isEnded && path === '/users/token/refresh' ? problem(401, 'token_invalid') : undefined,
    });
    const { client } = await online(server);
    isEnded = true;
    server.last().cut();
    await pass(MINUTE);
    expect(client.session.value.state).toBe('ended');
    expect(client.connection.value).toBe('off');
  });

  it('checks the session only once while only sockets fail', async () => {
    let isUp = true;
    const server = fakeServer({ handshake: () => (isUp ? 'open' : 'refuse') });
    const { client } = await online(server);
    isUp = false;
    server.last().cut();
    await pass(20 * MINUTE);
    expect([...server.refreshed.values()]).toEqual([1]);
    isUp = true;
    await pass(MINUTE);
    expect(client.connection.value).toBe('online');
  });

  it.each(['ping', 'sync'])(
    'asks again for what was missed when a %s finds the server busy',
    async (what) => {
      const server = fakeServer();
      server.lifetime = 86_400;
      server.say('one');
      const { client } = await online(server);
      const talk = client.conversation(TALK);
      await during(talk.open());
      await pass(MINUTE);
      let refusals = 1;
      server.faults.reply = ({ action }) => {
        if (action !== what || refusals === 0) return 1;
        refusals -= 1;
        return { error: { type: 'error', code: 'busy', detail: '' } };
      };
      server.faults.push = () => [];
      server.say('missed');
      client.reconnect();
      await pass(5_000);
      expect(texts(talk.messages.value)).toEqual(['one', 'missed']);
    },
  );

  it('watches the users on the screen on each new socket', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    client.presence.watch([BOB]);
    await pass(10);
    expect(client.presence.of(BOB).value).toEqual({ online: true, lastSeen: null });
    server.last().cut();
    await pass(2000);
    expect(server.last().frames).toContainEqual(
      expect.objectContaining({ action: 'presence.watch', users: [BOB] }),
    );
    server.bob = { online: false, last_seen: '2026-11-23T09:00:00Z' };
    server.push({ type: 'presence', users: [{ user_id: BOB, ...server.bob }] });
    await pass(5_100);
    expect(client.presence.of(BOB).value).toEqual({ online: false, lastSeen: '2026-11-23T09:00:00Z' });
  });
});

describe('a faulty server', () => {
  it('that closes each socket at once is tried with growing pauses', async () => {
    const server = fakeServer({ reply: () => 'lost' });
    const { client } = await online(server);
    for (let second = 0; second < 300; second += 1) {
      for (const socket of server.open()) socket.cut();
      await pass(1000);
    }
    expect(server.sockets.length).toBeLessThan(40);
    expect(client.session.value.state).toBe('in');
  });

  it('that rejects each token as expired is not tried without a pause', async () => {
    const server = fakeServer({
      reply: () => ({ error: { type: 'error', code: 'token_expired', detail: '' } }),
    });
    await online(server);
    await pass(5 * MINUTE);
    expect(server.refreshed.size).toBeLessThan(60);
  });

  it('that sends unknown frames does no harm', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const { onmessage } = server.last();
    for (const data of [
      '',
      'null',
      '7',
      '[]',
      '{}',
      '{"type":7}',
      '{"type":"party"}',
      '{"type":"pong","ref":"99"}',
    ]) {
      onmessage?.({ data } as never);
    }
    onmessage?.({ data: new ArrayBuffer(8) } as never);
    server.say('hello');
    await pass(100);
    expect(client.inbox.unread.value).toEqual({ count: 1, mentions: 0, isComplete: true });
  });
});

it.each(['token_expired', 'token_invalid'])(
  'requests that are all refused as %s are not repeated without a pause',
  async (code) => {
    const server = fakeServer({
      http: (_method, path) =>
        path.startsWith('/users/token')
          ? undefined
          : new Response(JSON.stringify({ code, detail: '' }), { status: 401 }),
    });
    server.say('hello');
    const { client } = await online(server);
    void client
      .conversation(TALK)
      .open()
      .catch(() => undefined);
    await pass(5 * MINUTE);
    // The conversation and the inbox: for each, the token is replaced and the request repeated.
    expect(server.requests.length).toBeLessThan(250);
    expect(client.connection.value).toBe('online');
  },
);

it('the list of watched users is sent again when the server was too busy', async () => {
  let refusals = 2;
  const server = fakeServer({
    reply: ({ action }) => {
      if (action !== 'presence.watch' || refusals === 0) return 1;
      refusals -= 1;
      return { error: { type: 'error', code: 'busy', detail: '' } };
    },
  });
  const { client } = await online(server);
  client.presence.watch([ADA]);
  client.presence.watch([BOB]);
  await pass(5000);
  expect(client.presence.of(BOB).value?.online).toBe(true);
  expect(server.sent('presence.watch').map(({ users }) => users)).toEqual([[BOB], [BOB], [BOB]]);
});

it('without a login, no socket opens', async () => {
  const server = fakeServer();
  const { client } = clientOf(server);
  expect(await client.resume()).toBeUndefined();
  await pass(MINUTE);
  expect([client.session.value, server.sockets, server.requests]).toEqual([{ state: 'out' }, [], []]);
  expect(() => client.conversationWith(BOB)).toThrow('Log in first.');
  expect(() => client.conversation(TALK).send('to whom?')).toThrow('Log in first.');
  expect(client.conversation(TALK).messages.value).toEqual([]);
});
