import { describe, expect, it } from 'vitest';
import { localTokens, memoryTokens } from '../../client/index.ts';
import { ADA, BOB, fakeServer, problem } from './fake-server.ts';
import { clientOf, during, fakeClock, pass } from './support.ts';

fakeClock();

const ada = { state: 'in', user: { id: ADA, username: 'ada' } };

/** A product whose user is logged in, or nobody. It counts how often it was asked. */
function product() {
  const state = { token: 'of ada' as string | undefined, asked: 0, isDown: false };
  const issuerToken = async () => {
    state.asked += 1;
    if (state.isDown) throw new TypeError('fetch failed');
    return state.token;
  };
  return { state, issuerToken };
}

function setUp(faults: Parameters<typeof fakeServer>[0] = {}) {
  const server = fakeServer(faults);
  const { state, issuerToken } = product();
  const tokens = memoryTokens();
  const { client } = clientOf(server, { issuerToken, tokens });
  return { server, client, state, tokens, issuerToken };
}

describe('with the token of another log-in, resume', () => {
  it('opens a session, as RFC 8693 has it, and goes online', async () => {
    const { server, client } = setUp();
    expect(await during(client.resume())).toEqual(ada.user);
    expect(server.exchanged).toEqual([
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: 'of ada',
      },
    ]);
    await pass(100);
    expect(client.session.value).toEqual(ada);
    expect(client.connection.value).toBe('online');
  });

  it('continues with a stored session, and asks for no token', async () => {
    const { server, client, tokens, issuerToken } = setUp();
    await during(client.resume());
    client.close();
    const next = clientOf(server, { issuerToken, tokens });
    expect(await during(next.client.resume())).toEqual(ada.user);
    expect(server.exchanged).toHaveLength(1);
  });

  it('resolves with undefined if nobody is logged in there', async () => {
    const { server, client, state } = setUp();
    state.token = undefined;
    expect(await during(client.resume())).toBeUndefined();
    expect(client.session.value).toEqual({ state: 'out' });
    expect(server.requests).toEqual([]);
    state.token = 'of ada';
    expect(await during(client.resume())).toEqual(ada.user);
  });

  it('rejects while the server or the other log-in cannot be reached, and works later', async () => {
    const { client, state } = setUp();
    state.isDown = true;
    await expect(during(client.resume())).rejects.toThrow('fetch failed');
    expect(client.session.value).toEqual({ state: 'unknown' });
    state.isDown = false;
    expect(await during(client.resume())).toEqual(ada.user);
  });

  it('rejects with the reason why the token is refused', async () => {
    const { client } = setUp({
      http: (_, path) => (path.endsWith('/exchange') ? problem(400, 'subject_token_invalid') : undefined),
    });
    await expect(during(client.resume())).rejects.toMatchObject({ code: 'subject_token_invalid' });
  });

  it('of several tabs opens one session', async () => {
    const server = fakeServer();
    const held = new Map<string, string>();
    const localStorage = {
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => void held.set(key, value),
      removeItem: (key: string) => void held.delete(key),
    };
    const tabs = [1, 2, 3].map(() =>
      clientOf(server, { tokens: localTokens('t', { localStorage }), ...product(), random: Math.random }),
    );
    const users = await during(Promise.all(tabs.map(({ client }) => client.resume())), 2_000);
    expect(users).toEqual([ada.user, ada.user, ada.user]);
    expect(server.exchanged).toHaveLength(1);
  });
});

describe('when its session has expired, a client with the token of another log-in', () => {
  /** The refresh token has expired while nobody used the page. */
  async function expired(faults: Parameters<typeof fakeServer>[0] = {}) {
    const given = setUp(faults);
    await during(given.client.resume());
    await pass(1_000);
    given.server.end();
    return given;
  }

  it('opens another one, and nobody notices', async () => {
    const { server, client } = await expired();
    const states: string[] = [];
    client.session.subscribe(({ state }) => states.push(state));
    await during(client.refresh());
    expect(server.exchanged).toHaveLength(2);
    await pass(3 * 60 * 60_000);
    expect(states).toEqual(['in']);
    expect(client.connection.value).toBe('online');
  });

  it('says that it has ended if nobody is logged in there, or the token is refused', async () => {
    const { client, state } = await expired();
    state.token = undefined;
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(client.session.value).toEqual({ state: 'ended' });

    let isRefused = false;
    const other = await expired({
      http: (_, path) =>
        isRefused && path.endsWith('/exchange') ? problem(400, 'subject_token_expired') : undefined,
    });
    isRefused = true;
    await expect(during(other.client.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(other.client.session.value).toEqual({ state: 'ended' });
    isRefused = false;
    expect(await during(other.client.resume())).toEqual(ada.user);
  });

  it.each([
    ['the other log-in', 'down'],
    ['its keys', 'issuer_unavailable'],
    ['the server', 'offline'],
  ])('keeps trying while %s cannot be reached', async (_, fault) => {
    let isDown = false;
    const { client, state, server } = await expired({
      http: (_method, path) => {
        if (!isDown || fault === 'down' || !path.endsWith('/exchange')) return undefined;
        return fault === 'offline' ? 'offline' : problem(503, fault);
      },
    });
    isDown = true;
    state.isDown = fault === 'down';
    await expect(during(client.refresh())).rejects.toThrow();
    expect(client.session.value).toEqual(ada);
    isDown = false;
    state.isDown = false;
    server.last().cut();
    await pass(60 * 60_000);
    expect(client.session.value).toEqual(ada);
    expect(client.connection.value).toBe('online');
  });

  it('follows the other log-in to another user, and does nothing for the first one', async () => {
    const { client, state } = await expired();
    state.token = 'of bob';
    await expect(during(client.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(client.session.value).toEqual({ state: 'in', user: { id: BOB, username: 'bob' } });
    await pass(1_000);
    expect(client.connection.value).toBe('online');
  });

  it('asks once, however many requests find it', async () => {
    const { client, state } = await expired();
    const before = state.asked;
    await during(Promise.all(Array.from({ length: 5 }, () => client.refresh())));
    expect(state.asked - before).toBe(1);
  });
});

it('after a logout stays out until resume', async () => {
  const { client, server } = setUp();
  await during(client.resume());
  await during(client.logOut());
  await pass(60_000);
  expect(client.session.value).toEqual({ state: 'out' });
  expect(server.exchanged).toHaveLength(1);
});

describe('a user of another log-in deletes their account', () => {
  it('by a token of it, is logged out, and comes back as a new user only by resume', async () => {
    const { server, client, tokens, issuerToken } = setUp();
    await during(client.resume());
    await during(client.deleteAccount(issuerToken));
    expect(server.deletions).toEqual([
      { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', subject_token: 'of ada' },
    ]);
    expect([client.session.value, await tokens.load()]).toEqual([{ state: 'out' }, undefined]);
    await pass(60_000);
    expect(server.exchanged).toHaveLength(1);
    await during(client.resume());
    expect(server.exchanged).toHaveLength(2);
  });

  it('not if nobody is logged in there, and then stays online', async () => {
    const { server, client, state, issuerToken } = setUp();
    await during(client.resume());
    await pass(100);
    state.token = undefined;
    await expect(during(client.deleteAccount(issuerToken))).rejects.toMatchObject({ code: 'not_logged_in' });
    expect([server.deletions, client.session.value, client.connection.value]).toEqual([[], ada, 'online']);
  });

  it('not if the token is refused, and then comes back online', async () => {
    const { client, issuerToken } = setUp({
      http: (method) => (method === 'DELETE' ? problem(400, 'subject_token_invalid') : undefined),
    });
    await during(client.resume());
    await expect(during(client.deleteAccount(issuerToken))).rejects.toMatchObject({
      code: 'subject_token_invalid',
    });
    await pass(1_000);
    expect([client.session.value, client.connection.value]).toEqual([ada, 'online']);
  });
});
