import { describe, expect, it, vi } from 'vitest';
import { createClient, localTokens, memoryTokens, ParleyError } from '../../client/index.ts';
import { type KeyValues, leaseLock } from '../../client/locks.ts';
import { fakeServer } from './fake-server.ts';
import { clientOf, during, fakeClock, online, pass } from './support.ts';

fakeClock();

function storage(): KeyValues {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}

/** The storage as another process sees it: a write appears a little later. */
function slowly(shared: KeyValues): KeyValues {
  const own = new Map<string, string>();
  return {
    ...shared,
    getItem: (key) => own.get(key) ?? shared.getItem(key),
    setItem: (key, value) => {
      own.set(key, value);
      setTimeout(() => {
        shared.setItem(key, value);
        own.delete(key);
      }, 20);
    },
  };
}

it.each(['', '.', '..', 'x', '%2e', '../..'])(
  'no request ends a session whose id is %j: its path could be that of all others',
  async (id) => {
    const server = fakeServer();
    const { client } = await online(server);
    await expect(during(client.endSession(id))).rejects.toMatchObject({
      code: 'session_not_found',
    });
    expect(server.requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
  },
);

describe('a client', () => {
  it('throws at once if there is no WebSocket, or if baseUrl is wrong', () => {
    vi.stubGlobal('WebSocket', undefined);
    try {
      expect(() => createClient({ baseUrl: 'https://chat.example' })).toThrow('There is no WebSocket here');
    } finally {
      vi.unstubAllGlobals();
    }
    for (const baseUrl of ['', '/', 'chat.example', undefined as unknown as string]) {
      expect(() => createClient({ baseUrl })).toThrow('baseUrl must begin with http:// or https://');
    }
  });

  it('keeps the underlying error as the cause', async () => {
    const thrown = new TypeError('fetch failed');
    const { client } = clientOf(fakeServer(), { fetch: () => Promise.reject(thrown) });
    const refusal = client.logIn({ email: 'ada@example.com', password: 'x' });
    await expect(during(refusal)).rejects.toMatchObject({ code: 'offline', cause: thrown });
  });
});

describe('a session', () => {
  it.each(['', '{}', 'null', '7', '<html>', '{"access":"x","refresh":"y"}'])(
    'is not begun by a 200 that holds no tokens: %s',
    async (text) => {
      const server = fakeServer({ http: () => new Response(text, { status: 200 }) });
      const { client } = clientOf(server);
      const refusal = client.logIn({ email: 'ada@example.com', password: 'x' });
      await expect(during(refusal)).rejects.toBeInstanceOf(ParleyError);
      expect(client.session.value.user).toBeUndefined();
    },
  );

  it('is refreshed before the access token expires, with each refresh token once', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    await pass(3 * 60 * 60_000);
    expect([...server.refreshed.values()].every((uses) => uses === 1)).toBe(true);
    expect(server.refreshed.size).toBe(6);
    expect(client.session.value).toEqual({ state: 'in', user: { id: expect.any(String), username: 'ada' } });
  });

  it.each([
    ['with Web Locks', true],
    ['without', false],
  ])('is refreshed once by many tabs, %s', async (_how, hasLocks) => {
    const server = fakeServer();
    const localStorage = storage();
    let last: Promise<unknown> = Promise.resolve();
    const locks = {
      request: <T>(_name: string, work: () => Promise<T>) => {
        const mine = last.then(work);
        last = mine.catch(() => undefined);
        return mine;
      },
    };
    // Each tab has its own store over the same storage, and knows nothing else of the other tabs.
    const page = { localStorage, ...(hasLocks && { navigator: { locks } }) };
    const tabs = Array.from({ length: 4 }, () =>
      clientOf(server, { tokens: localTokens('t', page), random: Math.random }),
    );
    await during((tabs[0] as (typeof tabs)[0]).client.logIn({ email: '', password: '' }), 1000);
    for (const { client } of tabs) await during(client.resume());
    await pass(3 * 60 * 60_000);
    expect([...server.refreshed.values()].every((uses) => uses === 1)).toBe(true);
    expect(server.refreshed.size).toBeLessThanOrEqual(7);
    expect(tabs.map(({ client }) => client.session.value.state)).toEqual(['in', 'in', 'in', 'in']);
    expect(server.open()).toHaveLength(4);
  });

  it('survives a clock that is set back or forward by hours', async () => {
    let skew = 0;
    const server = fakeServer();
    const { client } = await online(server, { now: () => Date.now() + skew });
    for (const hours of [5, -10, 0]) {
      skew = hours * 60 * 60_000;
      const before = server.last().token;
      server.last().cut();
      await pass(1000);
      // The age of the token is unknown.
      expect(server.last().token).not.toBe(before);
      await pass(60 * 60_000);
      expect(client.session.value.state).toBe('in');
      expect(client.connection.value).toBe('online');
    }
    expect([...server.refreshed.values()].every((uses) => uses === 1)).toBe(true);
  });

  it('refreshes the token when the server refuses it, and repeats the request', async () => {
    let isRefusing = false;
    const server = fakeServer({
      http: (_method, path) => {
        if (!isRefusing || path !== '/users/me') return undefined;
        isRefusing = false;
        return new Response(JSON.stringify({ code: 'token_expired', detail: '' }), { status: 401 });
      },
    });
    const { client } = await online(server);
    isRefusing = true;
    await during(client.changeProfile({ last_name: 'King' }).catch(() => undefined));
    await during(Promise.all([client.refresh(), client.refresh()]));
    expect([...server.refreshed.values()].every((uses) => uses === 1)).toBe(true);
    expect(client.session.value.state).toBe('in');
  });

  it('survives a refresh that the network loses', async () => {
    let isDown = false;
    const server = fakeServer({ http: () => (isDown ? 'offline' : undefined) });
    const { client } = await online(server);
    isDown = true;
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'offline' });
    isDown = false;
    await during(client.refresh());
    expect(client.session.value.state).toBe('in');
  });

  it('survives a refresh whose response is lost: the next attempt gets the same refresh token', async () => {
    let isLosing = false;
    const server = fakeServer({
      http: (_method, path) => (isLosing && path === '/users/token/refresh' ? 'lost' : undefined),
    });
    const { client } = await online(server);
    isLosing = true;
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'offline' });
    isLosing = false;
    await during(client.refresh());
    expect([...server.refreshed.values()]).toEqual([2]);
    await during(client.refresh());
    expect([client.session.value.state, server.isEnded]).toEqual(['in', false]);
  });

  it('ends when the server ends it, and a new one can begin', async () => {
    const server = fakeServer({
      http: (_method, path) =>
        path === '/users/token/refresh' && isOver
          ? new Response(JSON.stringify({ code: 'token_invalid', detail: '' }), { status: 401 })
          : undefined,
    });
    let isOver = true;
    const tokens = memoryTokens();
    const { client } = await online(server, { tokens });
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect([client.session.value, await tokens.load()]).toEqual([{ state: 'ended' }, 'ended']);
    isOver = false;
    await during(client.logIn({ email: '', password: '' }));
    expect([client.session.value.state, client.connection.value]).toEqual(['in', 'online']);
  });

  it('is over on this device after a logout, even if the server is unreachable', async () => {
    const server = fakeServer({
      http: (_method, path) => (path === '/users/logout' ? 'offline' : undefined),
    });
    const tokens = memoryTokens();
    const { client } = await online(server, { tokens });
    await during(client.logOut());
    expect([client.session.value, await tokens.load()]).toEqual([{ state: 'out' }, undefined]);
    expect(server.open()).toEqual([]);
    await expect(client.refresh()).rejects.toMatchObject({ code: 'not_logged_in' });
  });

  it('continues after a reload if the tokens were stored', async () => {
    const server = fakeServer();
    const tokens = localTokens('t', { localStorage: storage() });
    const before = clientOf(server, { tokens }).client;
    // The lease takes up to 100 ms.
    await during(before.logIn({ email: '', password: '' }), 500);
    before.close();
    const { client } = clientOf(server, { tokens });
    expect(await client.resume()).toMatchObject({ username: 'ada' });
    await pass(100);
    expect(client.connection.value).toBe('online');
  });
});

describe('an error', () => {
  it.each([
    [{ code: 'validation_failed', detail: 'No.', errors: { email: ['Taken.'] } }, 400, {}],
    [{ code: 'too_many_attempts', detail: 'Wait.' }, 429, { 'retry-after': '7' }],
  ])('has the fields of the server’s response: %j', async (body, status, headers) => {
    const server = fakeServer({ http: () => new Response(JSON.stringify(body), { status, headers }) });
    const { client } = clientOf(server);
    const error = await during(client.logIn({ email: '', password: '' }).catch((reason) => reason));
    expect(error).toBeInstanceOf(ParleyError);
    expect({ ...error, message: error.message }).toEqual({
      name: 'ParleyError',
      code: body.code,
      message: body.detail,
      status,
      errors: 'errors' in body ? body.errors : undefined,
      retryAfter: status === 429 ? 7 : undefined,
    });
  });

  it.each([
    [new Response('{"message":"Too Many Requests"}', { status: 429 }), 'rate_limited'],
    [new Response('{"message":"Internal Server Error"}', { status: 500 }), 'internal'],
    [new Response('<html>', { status: 502 }), 'unavailable'],
    [new Response('{"message":"Service Unavailable"}', { status: 503 }), 'unavailable'],
    [new Response('', { status: 503 }), 'unavailable'],
    [new Response('{"message":"Endpoint request timed out"}', { status: 504 }), 'unavailable'],
    [new Response('', { status: 504 }), 'unavailable'],
    [new Response('', { status: 408 }), 'timeout'],
    [new Response('{"message":"Forbidden"}', { status: 403 }), 'http_403'],
    [new Response('<html>', { status: 403 }), 'http_403'],
    [new Response('{"message":"Unauthorized"}', { status: 401 }), 'http_401'],
    [new Response('{"message":"Not Found"}', { status: 404 }), 'http_404'],
    [new Response('{"code":7,"detail":{},"errors":"x"}', { status: 400 }), 'http_400'],
    [new Response('{"code":"x","errors":{"email":"x"}}', { status: 400 }), 'x'],
    [new Response('null', { status: 400 }), 'http_400'],
    [new Response('"x"', { status: 400 }), 'http_400'],
    [new Response('<html>', { status: 200 }), 'unavailable'],
    [new Response('', { status: 200 }), 'unavailable'],
    ['offline' as const, 'offline'],
  ])('has a code even if another server answered', async (reply, code) => {
    const { client } = clientOf(fakeServer({ http: () => reply }));
    const error = await during(client.logIn({ email: '', password: '' }).catch((reason) => reason));
    expect(error).toBeInstanceOf(ParleyError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/./), errors: undefined });
  });
});

describe('the lease in storage', () => {
  it('admits one at a time', async () => {
    const shared = storage();
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 100));
      inside -= 1;
    };
    const all = Promise.all(Array.from({ length: 6 }, () => leaseLock(slowly(shared), 'k')(work)));
    await pass(20_000);
    await all;
    expect(most).toBe(1);
  });

  it('is taken over from a tab that was closed while holding it', async () => {
    const shared = storage();
    shared.setItem('k', `${Date.now() + 20_000} gone`);
    const work = vi.fn(async () => undefined);
    const done = leaseLock(shared, 'k')(work);
    await pass(19_000);
    expect(work).not.toHaveBeenCalled();
    await pass(2000);
    await done;
    expect(work).toHaveBeenCalledOnce();
  });
});
