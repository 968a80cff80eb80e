import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

// Each test waits for the expiry of tokens of its own, so they wait together.
describe.skipIf(notOurs).concurrent(`a socket that only listens ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.shortTokens });
  const api = () => rest(runtime().url);
  /** The first use of each function takes long. No token expires meanwhile. */
  beforeAll(async () => {
    const [ada, charles] = await people(api(), 2);
    const socket = await device(runtime().url, await logIn(api(), ada));
    await socket.ask(messageTo(charles, 'hello'));
    await socket.close();
  });
  afterAll(closeSockets);

  /** Their tokens are as new as can be. */
  const freshPeople = async (): Promise<[Person, Person]> => {
    const [one, other] = await people(api(), 2);
    const [first, second] = await Promise.all([logIn(api(), one), logIn(api(), other)]);
    return [
      { ...one, ...first },
      { ...other, ...second },
    ];
  };

  /** The token names the moment of its expiry, so the test can wait for exactly that. */
  const endOf = ({ access }: Session) => delay((decodeJwt(access).exp as number) * 1000 - Date.now() + 50);
  const expired = { type: 'error', code: 'token_expired', detail: expect.any(String) };

  const inConversation =
    (action: string, more: object = {}) =>
    (to: Person, from: Person) => ({ action, conversation: conversationOf(from, to), ...more });

  it.each([
    ['a message', (to: Person) => messageTo(to, 'too late')],
    ['several messages', inConversation('message.send', { messages: several() })],
    ['typing', inConversation('typing')],
    ['a receipt', inConversation('conversation.read', { seq: 1 })],
  ])('is closed after its token has expired instead of getting %s', async (_what, frame) => {
    const [ada, charles] = await freshPeople();
    const listening = await device(runtime().url, ada);
    const first = await device(runtime().url, charles);
    expect(await first.ask(messageTo(ada, 'in time'))).toMatchObject({ seq: 1 });
    expect(await listening.next()).toMatchObject({ message: 'in time' });
    await endOf(ada);
    const fresh = await device(runtime().url, await logIn(api(), charles));
    expect(await fresh.ask(frame(ada, charles))).not.toMatchObject({ type: 'error' });
    expect(await listening.next()).toEqual(expired);
    expect((await listening.closed).code).toBe(1000);
    expect(listening.frames).toHaveLength(2);
  });

  it('is closed at a message over HTTP, too, and so is the socket of a conversation', async () => {
    const [ada, charles] = await freshPeople();
    const sockets = await Promise.all([
      device(runtime().url, ada),
      connect(runtime().url, { peer: charles.id, token: ada.access }),
    ]);
    const first = await device(runtime().url, charles);
    await first.ask(messageTo(ada, 'in time'));
    for (const socket of sockets) expect(await socket.next()).toMatchObject({ message: 'in time' });
    await endOf(ada);
    const { access: token } = await logIn(api(), charles);
    const path = `/conversations/${conversationOf(ada, charles)}/messages/`;
    const headers = { 'idempotency-key': crypto.randomUUID() };
    expect(await api().post(path, { text: 'too late' }, { token, headers })).toMatchObject({ status: 201 });
    for (const socket of sockets) {
      expect(await socket.next()).toEqual(expired);
      expect((await socket.closed).code).toBe(1000);
      expect(socket.frames).toHaveLength(2);
    }
  });

  it('is closed instead of getting the presence of a user', async () => {
    const [ada, charles] = await freshPeople();
    const watched = await device(runtime().url, charles);
    await watched.ask(messageTo(ada, 'hello'));
    const listening = await device(runtime().url, ada);
    const watching = async () =>
      (await listening.ask({ action: 'presence.watch', users: [charles.id] })).users as unknown[];
    await vi.waitFor(async () => expect(await watching()).toHaveLength(1), { timeout: 5_000 });
    await endOf(ada);
    await watched.close();
    expect(await listening.next(({ type }) => type === 'error')).toEqual(expired);
    expect((await listening.closed).code).toBe(1000);
  });

  it('of a newer token of the same session stays open', async () => {
    const [ada, charles] = await freshPeople();
    const old = await device(runtime().url, ada);
    await endOf(ada);
    const { body } = await api().post('/users/token/refresh/', { refresh: ada.refresh });
    const young = await device(runtime().url, body);
    const sender = await device(runtime().url, await logIn(api(), charles));
    await sender.ask(messageTo(ada, 'hello'));
    expect(await young.next()).toMatchObject({ type: 'chat.message', message: 'hello' });
    expect((await old.closed).code).toBe(1000);
    expect(old.frames).toEqual([expired]);
    await quiet(young);
  });

  describe.concurrent('with `auth.refresh`', () => {
    /** Tokens live for 10 s. The next one is taken after some of them. */
    const nextToken = async (who: Session) => {
      await delay(6_000);
      const { body } = await api().post('/users/token/refresh/', { refresh: who.refresh });
      return body as Session;
    };

    it('goes on past the end of its first token, in both directions, until the end of the next one', async () => {
      const [ada, charles] = await freshPeople();
      const socket = await device(runtime().url, ada);
      const next = await nextToken(ada);
      const { exp } = decodeJwt(next.access) as { exp: number };
      expect(await socket.ask({ action: 'auth.refresh', token: next.access })).toEqual({
        type: 'auth.refreshed',
        expires_at: new Date(exp * 1000).toISOString(),
        ref: expect.any(String),
      });
      // An older token never shortens it.
      expect(await socket.ask({ action: 'auth.refresh', token: ada.access })).toMatchObject({
        expires_at: new Date(exp * 1000).toISOString(),
      });
      await endOf(ada);
      expect(await socket.ask(messageTo(charles, 'still here'))).toMatchObject({ seq: 1 });
      const other = await device(runtime().url, await logIn(api(), charles));
      await other.ask(messageTo(ada, 'and there'));
      expect(await socket.next(({ type }) => type === 'chat.message')).toMatchObject({
        message: 'and there',
      });
      await endOf(next);
      socket.send({ action: 'ping', ref: 'r-1' });
      expect(await socket.next(({ type }) => type === 'error')).toEqual({ ...expired, ref: 'r-1' });
      expect((await socket.closed).code).toBe(1000);
    });

    it('keeps its token if it gets one of another session or user, and closes with it', async () => {
      const [ada, charles] = await freshPeople();
      const socket = await device(runtime().url, ada);
      await delay(2_000);
      for (const { access: token } of [await logIn(api(), ada), await logIn(api(), charles)]) {
        expect(await socket.ask({ action: 'auth.refresh', token })).toMatchObject({ code: 'token_invalid' });
      }
      expect(await socket.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
      await endOf(ada);
      socket.send({ action: 'ping', ref: 'r-1' });
      expect(await socket.next(({ ref }) => ref === 'r-1')).toEqual({ ...expired, ref: 'r-1' });
    });

    it('does not come back if its session ends meanwhile', async () => {
      const [ada] = await freshPeople();
      const socket = await device(runtime().url, ada);
      const next = await nextToken(ada);
      const asking = Array.from({ length: 5 }, () =>
        socket.ask({ action: 'auth.refresh', token: next.access }).catch(() => undefined),
      );
      await api().post('/users/logout/', { refresh_token: next.refresh }, { token: next.access });
      await socket.closed;
      await Promise.all(asking);
      expect(await refusal(runtime().url, { path: '/ws', token: next.access })).toBe(401);
    });
  });

  function several() {
    return ['one', 'two'].map((text) => ({ text, client_id: crypto.randomUUID() }));
  }
});
