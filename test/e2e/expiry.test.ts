import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { device } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

// Each test waits for the expiry of tokens of its own, so they wait together.
describe.skipIf(notOurs).concurrent(`expiry ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.shortSessions });
  const api = () => rest(runtime().url);
  afterAll(closeSockets);

  /** The token names the moment of its expiry, so the test can wait for exactly that. */
  const endOf = ({ access }: Session) => delay((decodeJwt(access).exp as number) * 1000 - Date.now() + 50);

  it('an expired access token is refused, and the answer says so', async () => {
    const [ada] = await people(api(), 1);
    await endOf(ada);
    const reply = await api().get('/users/', { token: ada.access });
    expect(reply).toMatchObject({ status: 401, body: { code: 'token_expired' } });
    expect(
      await api().post('/users/logout/', { refresh_token: ada.refresh }, { token: ada.access }),
    ).toMatchObject({
      status: 401,
      body: { code: 'token_expired' },
    });
    const { body } = await api().post('/users/token/refresh/', { refresh: ada.refresh });
    expect(await api().get('/users/', { token: body.access })).toMatchObject({ status: 200 });
  });

  it('an expired access token opens no socket', async () => {
    const [ada, charles] = await people(api(), 2);
    await endOf(ada);
    for (const carry of ['header', 'subprotocol'] as const) {
      expect(await refusal(runtime().url, { peer: charles.id, token: ada.access, carry })).toBe(401);
    }
  });

  it('a socket closes at the first frame after its token has expired, with an error that says why; nothing is stored or delivered', async () => {
    const [ada, charles] = await people(api(), 2);
    const session = await logIn(api(), ada);
    const socket = await connect(runtime().url, { peer: charles.id, token: session.access });
    const peer = await connect(runtime().url, { peer: ada.id, token: charles.access });
    expect(await socket.say('in time')).toMatchObject({ type: 'chat.message', seq: 1 });
    await endOf(session);
    socket.send({ message: 'too late', ref: 'r-1' });
    expect(await socket.next()).toEqual({
      type: 'error',
      code: 'token_expired',
      detail: expect.any(String),
      ref: 'r-1',
    });
    await socket.closed;
    expect(socket.frames).toHaveLength(2);
    expect(peer.frames.map(({ message }) => message)).toEqual(['in time']);
    expect(await countOf(ada, charles)).toBe(1);
  });

  it('a session without a refresh ends: its sockets close, and its refresh token is refused', async () => {
    const [ada, charles] = await people(api(), 2);
    const session = await logIn(api(), ada);
    const socket = await connect(runtime().url, { peer: charles.id, token: session.access });
    await socket.closed;
    const reply = await api().post('/users/token/refresh/', { refresh: session.refresh });
    expect(reply).toMatchObject({ status: 401 });
    expect(['token_invalid', 'token_expired']).toContain(reply.body.code);
  });

  it("a device's socket closes the same way, at any frame", async () => {
    const [ada, charles] = await people(api(), 2);
    for (const frame of [
      { action: 'ping' },
      { action: 'message.send', to: charles.id, text: 'too late', client_id: crypto.randomUUID() },
    ]) {
      const session = await logIn(api(), ada);
      const socket = await device(runtime().url, session);
      expect(await socket.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
      await endOf(session);
      socket.send({ ...frame, ref: 'r-1' });
      expect(await socket.next((one) => one.type === 'error')).toMatchObject({
        code: 'token_expired',
        ref: 'r-1',
      });
      expect((await socket.closed).code).toBe(1000);
    }
    expect(await countOf(ada, charles)).toBe(0);
  });

  async function countOf(one: Person, other: Person): Promise<number> {
    const { access } = await logIn(api(), one);
    return (await api().get(`/chat/history/${other.id}/`, { token: access })).body.count;
  }
});
