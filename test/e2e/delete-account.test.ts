import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { logIn, type Person, people, registration, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
beforeEach(async () => {
  [ada, charles] = await people(api, 2);
});
afterEach(closeSockets);

const remove = ({ access: token }: Session, password: unknown) =>
  api.send('DELETE', '/users/me/', { password }, { token });
const get = (path: string, { access: token }: Session) => api.get(path, { token });
const post = (by: Session, text: string) =>
  api.post(
    `/conversations/${conversationOf(ada, charles)}/messages/`,
    { text },
    { token: by.access, headers: { 'idempotency-key': crypto.randomUUID() } },
  );
const enter = ({ email, password }: Person) => api.post('/users/token/', { email, password });
const REFUSED = { status: 401, body: { code: 'token_invalid' } };
const NOBODY = { status: 404, body: { code: 'user_not_found' } };
const deleted = () => ({ id: ada.id, username: 'Deleted account', deleted: true });

async function inboxHas(of: Session, text: string) {
  const last = async () => (await get('/conversations/', of)).body.results[0];
  await expect.poll(async () => (await last())?.last_message.message, { timeout: 20_000 }).toBe(text);
  return last();
}

describe('a deleted account', () => {
  it('is refused everywhere at once, and its sockets close within a second', async () => {
    const phone = await logIn(api, ada);
    const [hers, original] = await Promise.all([
      device(url, phone),
      connect(url, { token: ada.access, peer: charles.id }),
    ]);
    expect(await remove(ada, ada.password)).toMatchObject({ status: 204, body: undefined });
    const answered = performance.now();
    for (const session of [ada, phone]) {
      expect(await get('/users/me/', session)).toMatchObject(REFUSED);
      const { refresh } = session;
      expect(await api.post('/users/token/refresh/', { refresh })).toMatchObject(REFUSED);
    }
    expect(await enter(ada)).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
    await Promise.all([hers.closed, original.closed]);
    // A second on a quiet machine; this one may be busy.
    expect(performance.now() - answered).toBeLessThan(10_000);
    expect(await remove(ada, ada.password)).toMatchObject(REFUSED);
  });

  it('opens no socket with a token that it had', async () => {
    await remove(ada, ada.password);
    expect(await refusal(url, { path: '/ws', token: ada.access })).toBe(401);
  });

  it('leaves its messages, which are shown as those of a deleted account', async () => {
    await post(ada, 'Dear Charles');
    await post(charles, 'Dear Ada');
    await inboxHas(charles, 'Dear Ada');
    await remove(ada, ada.password);
    const history = await get(`/chat/history/${ada.id}/`, charles);
    const self = { id: charles.id, username: charles.username };
    expect(history.body.results).toMatchObject([
      { message: 'Dear Ada', sender: self, receiver: deleted() },
      { message: 'Dear Charles', sender: deleted(), receiver: self },
    ]);
    const one = await get(`/conversations/${conversationOf(ada, charles)}/`, charles);
    const gone = { ...deleted(), online: false, last_seen: null };
    expect(one.body.peer).toEqual(gone);
    await expect.poll(async () => (await inboxHas(charles, 'Dear Ada')).peer).toEqual(gone);
    expect((await get(`/users/${ada.id}/`, charles)).body).toEqual(gone);
    const his = await device(url, charles);
    const synced = await his.ask({ action: 'sync', conversations: {}, since: new Date(0).toISOString() });
    expect(synced).toMatchObject({ conversations: [{ peer: gone }] });
    expect(JSON.stringify(synced)).not.toContain(ada.username);
  });

  it('is in no list of users, and is offline for those who watch it', async () => {
    await post(ada, 'Dear Charles');
    await inboxHas(charles, 'Dear Charles');
    const his = await device(url, charles);
    await device(url, ada);
    await expect
      .poll(async () => (await his.ask({ action: 'presence.watch', users: [ada.id] })).users)
      .toMatchObject([{ online: true }]);
    await remove(ada, ada.password);
    await expect
      .poll(() => his.frames.filter(({ type }) => type === 'presence').at(-1))
      .toMatchObject({ users: [{ user_id: ada.id, online: false, last_seen: null }] });
    const found = async () => (await get(`/users/?search=${ada.username}`, charles)).body.results;
    await expect.poll(found, { timeout: 20_000 }).toEqual([]);
  });

  it('gets no message, in a conversation that has begun or a new one, over HTTP or a socket', async () => {
    const [mary] = await people(api, 1);
    await post(charles, 'Dear Ada');
    const his = await device(url, charles);
    await remove(ada, ada.password);
    await expect.poll(() => post(charles, 'Are you there?')).toMatchObject(NOBODY);
    for (const by of [his, await device(url, mary)])
      expect(await by.ask(messageTo(ada, 'Hello?'))).toMatchObject({ type: 'error', code: 'user_not_found' });
    expect(await refusal(url, { token: charles.access, peer: ada.id })).toBe(403);
    expect((await get(`/chat/history/${ada.id}/`, charles)).body.results[0].message).toBe('Dear Ada');
  });

  it('frees its e-mail address at once, for another account; its username stays taken', async () => {
    const { email, username } = ada;
    await remove(ada, ada.password);
    const taken = await api.post('/users/register/', registration({ username }));
    expect(taken).toMatchObject({ status: 400, body: { errors: { username: [expect.any(String)] } } });
    const next = registration({ email });
    const { status, body } = await api.post('/users/register/', next);
    expect(status).toBe(201);
    expect(body.id).not.toBe(ada.id);
    expect((await get('/users/me/', await logIn(api, next))).body.username).toBe(next.username);
    expect(await get('/users/me/', ada)).toMatchObject(REFUSED);
  });
});

describe('at once', () => {
  it('two deletions are done by both or refused to one, and the account is gone', async () => {
    const phone = await logIn(api, ada);
    const replies = await Promise.all([remove(ada, ada.password), remove(phone, ada.password)]);
    for (const { status } of replies) expect([204, 401]).toContain(status);
    expect(replies.map(({ status }) => status)).toContain(204);
    expect(await enter(ada)).toMatchObject({ status: 401 });
    for (const session of [ada, phone]) expect(await get('/users/me/', session)).toMatchObject(REFUSED);
  });

  it('a deletion and log-ins leave nobody logged in', async () => {
    const [done, ...entered] = await Promise.all([
      remove(ada, ada.password),
      ...Array.from({ length: 6 }, () => enter(ada)),
    ]);
    expect(done.status).toBe(204);
    for (const { status, body } of entered) {
      expect([200, 401]).toContain(status);
      if (status === 200) expect(await get('/users/me/', body)).toMatchObject(REFUSED);
    }
  });

  it('messages to it and from it are stored and shown, or refused', async () => {
    await post(charles, 'The first');
    const [done, ...sent] = await Promise.all([
      remove(ada, ada.password),
      ...Array.from({ length: 5 }, (_, n) => post(charles, `to ${n}`)),
      ...Array.from({ length: 5 }, (_, n) => post(ada, `from ${n}`)),
    ]);
    expect(done.status).toBe(204);
    for (const { status } of sent) expect([201, 401, 404]).toContain(status);
    const stored = sent.filter(({ status }) => status === 201).length;
    const { body } = await get(`/chat/history/${ada.id}/?limit=100`, charles);
    expect(body.count).toBe(stored + 1);
    await inboxHas(charles, body.results[0].message);
  });
});

describe('a deletion is refused', () => {
  afterEach(async () => {
    expect(await get('/users/me/', ada)).toMatchObject({ status: 200 });
    expect(await enter(ada)).toMatchObject({ status: 200 });
  });

  it('with a wrong password, or that of somebody else', async () => {
    for (const wrong of ['not the password', charles.password])
      expect(await remove(ada, wrong)).toMatchObject({ status: 403, body: { code: 'wrong_password' } });
  });

  it.each([undefined, '', null, 1, ['x'], '\ud800', 'x'.repeat(4_097)])(
    'with the password %j',
    async (bad) => {
      const { status } = await remove(ada, bad);
      expect([400, 403]).toContain(status);
    },
  );

  it('without a body, a type or a token', async () => {
    const { access: token } = ada;
    expect(await api.request('DELETE', '/users/me/', { token })).toMatchObject({ status: 400 });
    const form = { token, body: `password=${ada.password}` };
    expect(await api.request('DELETE', '/users/me/', form)).toMatchObject({ status: 415 });
    expect(await api.send('DELETE', '/users/me/', '', { token })).toMatchObject({ status: 400 });
    expect(await api.send('DELETE', '/users/me/', ada)).toMatchObject({ status: 401 });
  });
});
