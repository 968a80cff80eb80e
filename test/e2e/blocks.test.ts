import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, isOffline, messageTo, quiet } from './support/devices.ts';
import { type Person, people, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
beforeEach(async () => {
  [ada, charles] = await people(api, 2);
});
afterEach(closeSockets);

const change = (method: 'PUT' | 'DELETE', by: Session, whom: string) =>
  api.request(method, `/users/${whom}/block/`, { token: by.access });
const block = async (by = ada, whom = charles) =>
  expect(await change('PUT', by, whom.id)).toMatchObject({ status: 204, body: undefined });
const unblock = async (by = ada, whom = charles) =>
  expect(await change('DELETE', by, whom.id)).toMatchObject({ status: 204, body: undefined });
const get = (path: string, { access: token }: Session) => api.get(path, { token });
const list = async (of: Session) => (await get('/users/me/blocks/', of)).body.results;
const post = (by: Session, text: string, key: string = crypto.randomUUID()) =>
  api.post(
    `/conversations/${conversationOf(ada, charles)}/messages/`,
    { text },
    { token: by.access, headers: { 'idempotency-key': key } },
  );
const others = (by: Person) => (by === ada ? charles : ada);
const code = 'cannot_write_to_user';
const REFUSED = { status: 403, body: { code } };

const TIMEOUT = { timeout: 20_000 };

async function inboxHas(of: Session, text: string) {
  const first = async () => (await get('/conversations/', of)).body.results[0];
  await expect.poll(async () => (await first())?.last_message.message, TIMEOUT).toBe(text);
}

describe('while one user blocks another', () => {
  it('neither writes to the other, over HTTP, a device or the older protocol; both read what there is', async () => {
    await post(ada, 'before');
    const sockets = await Promise.all([ada, charles].map((one) => device(url, one)));
    const originals = await Promise.all(
      [ada, charles].map((one) => connect(url, { token: one.access, peer: others(one).id })),
    );
    await block();
    for (const [i, by] of [ada, charles].entries()) {
      expect(await post(by, 'refused')).toMatchObject(REFUSED);
      const [hers, original] = [sockets[i], originals[i]];
      expect(await hers?.ask(messageTo(others(by), 'refused'))).toMatchObject({ type: 'error', code });
      const client_id = crypto.randomUUID();
      const several = {
        action: 'message.send',
        to: others(by).id,
        messages: [{ client_id, text: 'refused' }],
      };
      expect(await hers?.ask(several)).toMatchObject({
        type: 'messages.sent',
        results: [{ status: 'refused', code }],
      });
      expect(await original?.say('refused')).toMatchObject({ type: 'error', code });
      const log = `/conversations/${conversationOf(ada, charles)}/messages/`;
      expect((await get(log, by)).body).toMatchObject({ last_seq: 1, results: [{ message: 'before' }] });
      expect((await get(`/chat/history/${others(by).id}/`, by)).body.count).toBe(1);
    }
    for (const socket of [...sockets, ...originals]) await quiet(socket);
    // A blocked user may still open the conversation, which tells nothing.
    await connect(url, { token: charles.access, peer: ada.id });
  });

  it('no conversation begins, and one begins after the block has ended', async () => {
    await block(charles, ada);
    expect(await post(ada, 'Hello?')).toMatchObject(REFUSED);
    expect(await post(charles, 'Hello?')).toMatchObject(REFUSED);
    expect((await get(`/chat/history/${ada.id}/`, charles)).body.count).toBe(0);
    await unblock(charles, ada);
    expect(await post(ada, 'Hello!')).toMatchObject({ status: 201, body: { seq: 1 } });
  });

  it('a retry of a message that was stored before is answered with it', async () => {
    const key = crypto.randomUUID();
    const { body: first } = await post(charles, 'before', key);
    await block();
    expect(await post(charles, 'before', key)).toMatchObject({ status: 200, body: { id: first.id } });
  });

  it('the answers to both are alike, and nothing tells the one who is blocked', async () => {
    await post(ada, 'before');
    await inboxHas(charles, 'before');
    const path = `/conversations/${conversationOf(ada, charles)}/`;
    const [entry, profile] = [
      (await get(path, charles)).body,
      (await get(`/users/${ada.id}/`, charles)).body,
    ];
    await block();
    expect((await post(charles, 'x')).body).toEqual((await post(ada, 'x')).body);
    expect((await get(path, charles)).body).toEqual(entry);
    expect((await get(`/users/${ada.id}/`, charles)).body).toEqual(profile);
    expect(await list(charles)).toEqual([]);
    expect((await get(path, ada)).body.peer.blocked).toBe(true);
    expect((await get(`/users/${charles.id}/`, ada)).body.blocked).toBe(true);
    expect((await get('/conversations/', ada)).body.results[0].peer.blocked).toBe(true);
  });

  it('neither sees the other come, type, receive or read, and each sees all of it again afterwards', async () => {
    await post(ada, 'before');
    await Promise.all([ada, charles].map((one) => inboxHas(one, 'before')));
    const [hers, his] = [await device(url, ada), await device(url, charles)];
    const conversation = conversationOf(ada, charles);
    const watch = (by: typeof hers, whom: Person) => by.ask({ action: 'presence.watch', users: [whom.id] });
    const shows = (by: Person) => async () => (await get(`/users/${others(by).id}/`, by)).body.online;
    for (const by of [ada, charles]) await expect.poll(shows(by), TIMEOUT).toBe(true);
    await watch(hers, charles);
    await watch(his, ada);
    const seen = (whom: Person, online: boolean) => ({
      type: 'presence',
      users: [{ user_id: whom.id, online, last_seen: null }],
    });
    await block();
    expect(await hers.next(isOffline)).toMatchObject(seen(charles, false));
    expect(await his.next(isOffline)).toMatchObject(seen(ada, false));
    for (const by of [ada, charles]) expect(await shows(by)()).toBe(false);
    for (const [by, socket] of [
      [ada, hers],
      [charles, his],
    ] as const) {
      expect(await watch(socket, others(by))).toMatchObject({ users: [{ online: false, last_seen: null }] });
      expect(await socket.ask({ action: 'typing', conversation })).toMatchObject({ type: 'typing' });
    }
    expect(await his.ask({ action: 'message.received', conversation, seq: 1 })).toMatchObject({
      moved: true,
    });
    expect(await his.ask({ action: 'conversation.read', conversation, seq: 1 })).toMatchObject({
      moved: true,
    });
    await (await device(url, charles)).close();
    await quiet(hers);
    await quiet(his);
    const entry = async (by: Person) => (await get(`/conversations/${conversation}/`, by)).body;
    expect(await entry(ada)).toMatchObject({ peer_read: 0, peer_received: 0, peer: { online: false } });
    expect(await entry(charles)).toMatchObject({ read: 1, unread: 0 });
    const synced = await hers.ask({ action: 'sync', conversations: { [conversation]: 1 } });
    expect(synced).toMatchObject({
      conversations: [{ peer_read: 0, peer: { online: false, blocked: true } }],
    });
    await unblock();
    expect(await hers.next()).toMatchObject(seen(charles, true));
    expect(await his.next()).toMatchObject(seen(ada, true));
    expect(await entry(ada)).toMatchObject({ peer_read: 1, peer_received: 1 });
    await hers.ask(messageTo(charles, 'after'));
    expect(await his.next()).toMatchObject({ message: 'after', seq: 2 });
  });
});

describe('blocks', () => {
  it('are listed by name, made and ended as often as one likes, and each by its own user', async () => {
    await block();
    await block();
    expect(await list(ada)).toEqual([{ id: charles.id, username: charles.username }]);
    await block(charles, ada);
    await unblock();
    await unblock();
    expect(await list(ada)).toEqual([]);
    expect(await post(ada, 'x')).toMatchObject(REFUSED);
    await unblock(charles, ada);
    expect(await post(ada, 'x')).toMatchObject({ status: 201 });
  });

  it('of oneself, of nobody, or with a body are refused', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    for (const method of ['PUT', 'DELETE'] as const) {
      expect(await change(method, ada, ada.id)).toMatchObject({
        status: 400,
        body: { code: 'cannot_block_oneself' },
      });
      expect(await change(method, ada, nobody)).toMatchObject({
        status: 404,
        body: { code: 'user_not_found' },
      });
      expect(await change(method, ada, 'me')).toMatchObject({ status: 404 });
      expect(
        await api.send(method, `/users/${charles.id}/block/`, { x: 1 }, { token: ada.access }),
      ).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      expect(await api.request(method, `/users/${charles.id}/block/`)).toMatchObject({ status: 401 });
    }
    expect(await list(ada)).toEqual([]);
  });

  it('end with the account of their user, whose deletion the other one may see', async () => {
    await post(ada, 'before');
    await block();
    const { status } = await api.send(
      'DELETE',
      '/users/me/',
      { password: ada.password },
      { token: ada.access },
    );
    expect(status).toBe(204);
    await expect
      .poll(() => post(charles, 'x'))
      .toMatchObject({ status: 404, body: { code: 'user_not_found' } });
    await block(charles, ada).catch(() => undefined);
    expect(await change('PUT', charles, ada.id)).toMatchObject({ status: 404 });
  });

  it('of a deleted account can be ended', async () => {
    await block();
    await api.send('DELETE', '/users/me/', { password: charles.password }, { token: charles.access });
    const gone = { id: charles.id, username: 'Deleted account', deleted: true };
    await expect.poll(() => list(ada)).toEqual([gone]);
    await unblock();
    expect(await list(ada)).toEqual([]);
  });

  it('hold for every message that begins after their answer', async () => {
    await post(charles, 'the first');
    const sending = Array.from({ length: 10 }, (_, n) => post(charles, `at once ${n}`));
    await block();
    const after = await Promise.all(Array.from({ length: 5 }, (_, n) => post(charles, `after ${n}`)));
    for (const reply of after) expect(reply).toMatchObject(REFUSED);
    const stored = (await Promise.all(sending)).filter(({ status }) => status === 201).length;
    expect((await get(`/chat/history/${charles.id}/`, ada)).body.count).toBe(stored + 1);
  });

  it('at once, by both and again, leave what the last ones said', async () => {
    await Promise.all([block(), block(), block(charles, ada), block(charles, ada)]);
    expect([await list(ada), await list(charles)]).toMatchObject([[{ id: charles.id }], [{ id: ada.id }]]);
    await Promise.all([unblock(), unblock(charles, ada), unblock()]);
    expect([await list(ada), await list(charles)]).toEqual([[], []]);
    expect(await post(ada, 'x')).toMatchObject({ status: 201 });
  });
});
