import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { conversationOf } from '../e2e/support/devices.ts';
import { createGroup, postGroup } from '../e2e/support/groups.ts';
import { sendMessage } from '../e2e/support/messages.ts';
import { logIn, person, registration } from '../e2e/support/people.ts';
import { handshake, request } from './outcome.ts';
import {
  bobHears,
  EMOJI,
  hasChangedOnce,
  inboxHas,
  inboxShows,
  logHasOnce,
  type Operation,
  reactedBy,
  type Scene,
  type Trial,
  withBob,
  withOwnMessage,
} from './scene.ts';

async function register({ url, api }: Scene) {
  return async (): Promise<Trial> => {
    const body = registration();
    const { username, email } = body;
    const run = () => request(url, 'POST', '/users/register/', { body });
    return {
      marker: email,
      run,
      async again() {
        // The account is there whole or not at all.
        const { status } = await api.post('/users/token/', { email, password: body.password });
        if (status === 401) return expect(await run()).toBe('done');
        expect(status).toBe(200);
      },
      async check() {
        const { access: token } = await logIn(api, body);
        const found = await api.get(`/users/?search=${username}`, { token });
        expect(found.body.results).toMatchObject([{ username }]);
        expect((await api.get('/users/me/', { token })).body).toMatchObject({ username, email });
        const taken = await api.post('/users/register/', body);
        expect(taken.body.errors).toEqual({ email: [expect.any(String)], username: [expect.any(String)] });
      },
    };
  };
}

const logInBy = (markerOf: 'email' | 'id') => async (scene: Scene) => {
  const { url, api } = scene;
  return async (): Promise<Trial> => {
    const alice = await person(api);
    const { email, password } = alice;
    return {
      marker: alice[markerOf],
      run: () => request(url, 'POST', '/users/token/', { body: { email, password } }),
      check: async () => {
        await logIn(api, alice);
      },
    };
  };
};

async function refresh({ url, api }: Scene) {
  const alice = await person(api);
  return async (): Promise<Trial> => {
    let { refresh: token } = await logIn(api, alice);
    return {
      marker: alice.id,
      run: () => request(url, 'POST', '/users/token/refresh/', { body: { refresh: token } }),
      async check() {
        // A client whose answer was lost comes back with the old token, and goes on with its successor.
        const { body, status } = await api.post('/users/token/refresh/', { refresh: token });
        expect(status).toBe(200);
        expect(await api.get('/users/me/', { token: body.access })).toMatchObject({ status: 200 });
        token = body.refresh;
      },
    };
  };
}

async function logOut({ url, api }: Scene) {
  const alice = await person(api);
  return async (): Promise<Trial> => {
    const { access: token, refresh: refresh_token } = await logIn(api, alice);
    return {
      marker: alice.id,
      run: () => request(url, 'POST', '/users/logout/', { token, body: { refresh_token } }),
      // 401 says that the session has ended already.
      async again() {
        const { status } = await api.post('/users/logout/', { refresh_token }, { token });
        expect([204, 401]).toContain(status);
      },
      async check() {
        const { status } = await api.post('/users/token/refresh/', { refresh: refresh_token });
        expect(status).toBe(401);
      },
    };
  };
}

/** A second device, which the first one logs out, alone or with all others. */
const endSession = (which: 'one' | 'others') => async (scene: Scene) => {
  const { url, api } = scene;
  const path = '/users/me/sessions/';
  return async (): Promise<Trial> => {
    const { id, access: token, ...alice } = await person(api);
    const phone = await logIn(api, alice);
    const { body } = await api.get(path, { token: phone.access });
    const current = body.results.find((session: { current: boolean }) => session.current);
    const ending = which === 'one' ? `${path}${current.id}/` : path;
    return {
      marker: id,
      run: () => request(url, 'DELETE', ending, { token }),
      // 404 says that the session has ended already.
      async again() {
        const { status } = await api.request('DELETE', ending, { token });
        expect([204, 404]).toContain(status);
      },
      async check() {
        const { status } = await api.post('/users/token/refresh/', { refresh: phone.refresh });
        expect(status).toBe(401);
        const left = await api.get(path, { token });
        expect(left.body.results).toMatchObject([{ current: true }]);
      },
    };
  };
};

/** A second device is logged out by a new password. */
async function changePassword({ url, api }: Scene) {
  return async (): Promise<Trial> => {
    const { id, access: token, ...alice } = await person(api);
    const { email, password } = alice;
    const phone = await logIn(api, alice);
    const body = { password, new_password: `${randomUUID()} again` };
    return {
      marker: id,
      run: () => request(url, 'POST', '/users/me/password/', { token, body }),
      async again() {
        expect(await api.post('/users/me/password/', body, { token })).toMatchObject({ status: 204 });
      },
      async check() {
        await logIn(api, { email, password: body.new_password });
        const { status } = await api.post('/users/token/refresh/', { refresh: phone.refresh });
        expect(status).toBe(401);
        expect(await api.get('/users/me/', { token })).toMatchObject({ status: 200 });
      },
    };
  };
}

/** A second device is logged out, Bob keeps the conversation, and the name stays taken. */
async function deleteAccount(scene: Scene) {
  const { url, api, bob } = scene;
  return async (): Promise<Trial> => {
    const { alice, conversation } = await withBob(scene);
    const { id, access: token, email, username, password } = alice;
    const { refresh } = await logIn(api, alice);
    const text = `Farewell, says ${username}`;
    await sendMessage(api, alice, conversation, text);
    const body = { password };
    return {
      marker: id,
      run: () => request(url, 'DELETE', '/users/me/', { token, body }),
      // 401 says that the own session has ended already.
      async again() {
        const { status } = await api.send('DELETE', '/users/me/', body, { token });
        expect([204, 401]).toContain(status);
      },
      async check() {
        expect((await api.get(`/users/${id}/`, { token: bob.access })).body).toMatchObject({ deleted: true });
        expect(await api.post('/users/token/', { email, password })).toMatchObject({ status: 401 });
        expect(await api.post('/users/token/refresh/', { refresh })).toMatchObject({ status: 401 });
        const taken = await api.post('/users/register/', { ...registration(), username });
        expect(taken.body.errors).toEqual({ username: [expect.any(String)] });
        await logHasOnce(scene, bob, conversation, text);
      },
    };
  };
}

async function changeProfile({ url, api }: Scene) {
  return async (): Promise<Trial> => {
    const { id, access: token } = await person(api);
    const body = { first_name: 'Augusta', presence: 'hidden' };
    return {
      marker: id,
      run: () => request(url, 'PATCH', '/users/me/', { token, body }),
      async check() {
        expect((await api.get('/users/me/', { token })).body).toMatchObject(body);
      },
    };
  };
}

async function send(scene: Scene) {
  const { url, bob } = scene;
  const { alice, conversation } = await withBob(scene);
  const path = `/conversations/${conversation}/messages/`;
  return async (): Promise<Trial> => {
    const text = `from Alice ${randomUUID()}`;
    const key = randomUUID();
    return {
      marker: conversation,
      run: () => request(url, 'POST', path, { token: alice.access, body: { text }, key }),
      async check() {
        await logHasOnce(scene, alice, conversation, text);
        await logHasOnce(scene, bob, conversation, text);
        await bobHears(scene, { conversation, message: text });
      },
    };
  };
}

async function sendFirst(scene: Scene) {
  const { url, api, bob } = scene;
  return async (): Promise<Trial> => {
    const alice = await person(api);
    const conversation = conversationOf(alice, bob);
    const body = { text: 'first' };
    const key = randomUUID();
    const path = `/conversations/${conversation}/messages/`;
    return {
      marker: conversation,
      run: () => request(url, 'POST', path, { token: alice.access, body, key }),
      check: () => logHasOnce(scene, alice, conversation, 'first'),
    };
  };
}

const change = (method: 'PATCH' | 'DELETE') => async (scene: Scene) => async (): Promise<Trial> => {
  const own = await withOwnMessage(scene);
  const { alice, conversation, seq } = own;
  const path = `/conversations/${conversation}/messages/${seq}/`;
  const text = method === 'PATCH' ? 'as edited' : '';
  const body = method === 'PATCH' ? { text, version: 1 } : undefined;
  return {
    marker: conversation,
    run: () => request(scene.url, method, path, { token: alice.access, ...(body && { body }) }),
    async check() {
      await hasChangedOnce(scene, own, { message: text });
      await inboxShows(scene, own, text);
    },
  };
};

const edit = change('PATCH');
const remove = change('DELETE');

/** What has happened to a group, as Bob sees it. */
async function eventsOf({ api, bob }: Scene, group: string): Promise<readonly string[]> {
  const { body } = await api.get(`/conversations/${group}/messages/?limit=100`, { token: bob.access });
  return body.results.map(({ event }: { event: { type: string } }) => event.type);
}

async function newGroup(scene: Scene) {
  const { url, api, bob } = scene;
  return async (): Promise<Trial> => {
    const alice = await person(api);
    const body = { kind: 'group', title: 'Engines', members: [bob.id], key: randomUUID() };
    return {
      marker: alice.id,
      run: () => request(url, 'POST', '/conversations/', { token: alice.access, body }),
      async check() {
        const { status, body: group } = await postGroup(api, alice, body);
        expect([200, 201]).toContain(status);
        expect(await eventsOf(scene, group.id)).toEqual(['created']);
      },
    };
  };
}

/** Bob stays in the group. A member is added, removed, or the group gets another title, or a description. */
const changeGroup = (what: 'joined' | 'removed' | 'renamed' | 'changed') => async (scene: Scene) => {
  const { url, api, bob } = scene;
  return async (): Promise<Trial> => {
    const [alice, other] = [await person(api), await person(api)];
    const { id } = await createGroup(api, alice, what === 'removed' ? [bob, other] : [bob]);
    const token = alice.access;
    const member = `/conversations/${id}/members/${other.id}/`;
    const run = {
      joined: () => request(url, 'PUT', member, { token, body: {} }),
      removed: () => request(url, 'DELETE', member, { token }),
      renamed: () => request(url, 'PATCH', `/conversations/${id}/`, { token, body: { title: 'Looms' } }),
      changed: () =>
        request(url, 'PATCH', `/conversations/${id}/`, { token, body: { description: 'Looms' } }),
    }[what];
    return {
      marker: id,
      run,
      async check() {
        expect(await eventsOf(scene, id)).toEqual(['created', what]);
        const { body } = await api.get(`/conversations/${id}/`, { token });
        const members = body.members.map((one: { id: string }) => one.id);
        expect(members).toEqual(what === 'joined' ? [alice.id, bob.id, other.id] : [alice.id, bob.id]);
        expect(body.title).toBe(what === 'renamed' ? 'Looms' : 'Engines');
        expect(body.description).toBe(what === 'changed' ? 'Looms' : undefined);
        const { status } = await api.get(`/conversations/${id}/`, { token: other.access });
        expect(status).toBe(what === 'joined' ? 200 : 404);
      },
    };
  };
};

/** To her own message. Before she takes it back, she has reacted. */
const reaction = (method: 'PUT' | 'DELETE') => async (scene: Scene) => async (): Promise<Trial> => {
  const own = await withOwnMessage(scene);
  const { alice, conversation, seq } = own;
  const { access: token } = alice;
  const path = `/conversations/${conversation}/messages/${seq}/reactions/${encodeURIComponent(EMOJI)}/`;
  const isBack = method === 'DELETE';
  if (isBack) expect(await scene.api.request('PUT', path, { token })).toMatchObject({ status: 200 });
  return {
    marker: conversation,
    run: () => request(scene.url, method, path, { token }),
    check: () =>
      isBack
        ? hasChangedOnce(scene, { ...own, changes: 1 }, { reactions: [] })
        : hasChangedOnce(scene, own, reactedBy(alice)),
  };
};

const react = reaction('PUT');
const unreact = reaction('DELETE');

/** A read changes nothing. */
const read =
  (
    pathOf: (ids: { id: string; username: string; bob: string; conversation: string }) => string,
    { needsInbox = false } = {},
  ) =>
  async (scene: Scene) => {
    const { alice, conversation } = await withBob(scene);
    const { id, username, access: token } = alice;
    if (needsInbox) await inboxHas(scene, alice, conversation);
    const path = pathOf({ id, username, bob: scene.bob.id, conversation });
    return async (): Promise<Trial> => ({
      marker: path.includes(username) ? username : id,
      run: () => request(scene.url, 'GET', path, { token }),
      check: async () => expect(await scene.api.get(path, { token })).toMatchObject({ status: 200 }),
    });
  };

async function ticket({ url, api }: Scene) {
  return async (): Promise<Trial> => {
    const { id, access: token } = await person(api);
    return {
      marker: id,
      run: () => request(url, 'POST', '/ws/ticket/', { token }),
      async check() {
        const { body } = await api.post('/ws/ticket/', undefined, { token });
        expect(await handshake(url, { path: `/ws?ticket=${body.ticket}` })).toBe('done');
      },
    };
  };
}

/** A new user reports Bob. */
async function report({ url, api, bob }: Scene) {
  return async (): Promise<Trial> => {
    const { id, access: token } = await person(api);
    const body = { user: bob.id, reason: 'spam' };
    return {
      marker: id,
      run: () => request(url, 'POST', '/reports/', { token, body }),
      async check() {
        // The report is there once: whoever repeats it gets the same one.
        const [one, other] = [
          await api.post('/reports/', body, { token }),
          await api.post('/reports/', body, { token }),
        ];
        expect([200, 201]).toContain(one.status);
        expect(other).toMatchObject({ status: 200, body: one.body });
      },
    };
  };
}

const own = read(() => '/users/me/');
const ownSessions = read(() => '/users/me/sessions/');
const exported = read(() => '/users/me/export/', { needsInbox: true });
const user = read(({ id }) => `/users/${id}/`);
const search = read(({ username }) => `/users/?search=${username}`);
const history = read(({ bob }) => `/chat/history/${bob}/`);
const messages = read(({ conversation }) => `/conversations/${conversation}/messages/`);
const inbox = read(() => '/conversations/', { needsInbox: true });
const conversation = read(({ conversation: id }) => `/conversations/${id}/`);

export const httpOperations: readonly Operation[] = [
  { what: 'register', functionName: 'register', call: 'TransactWriteItems', prepare: register },
  { what: 'log in', functionName: 'token', call: 'GetItem', prepare: logInBy('email') },
  { what: 'log in', functionName: 'token', call: 'UpdateItem', prepare: logInBy('email') },
  { what: 'log in', functionName: 'token', call: 'PutItem', prepare: logInBy('id') },
  { what: 'log in', functionName: 'token', call: 'Query', prepare: logInBy('id') },
  { what: 'refresh', functionName: 'refresh', call: 'GetItem', prepare: refresh },
  { what: 'refresh', functionName: 'refresh', call: 'UpdateItem', prepare: refresh },
  { what: 'log out', functionName: 'logout', call: 'DeleteItem', prepare: logOut },
  { what: 'own profile', functionName: 'me', call: 'GetItem', prepare: own },
  { what: 'change profile', functionName: 'me', call: 'UpdateItem', prepare: changeProfile },
  { what: 'own sessions', functionName: 'sessions', call: 'Query', prepare: ownSessions },
  { what: 'end a session', functionName: 'sessions', call: 'DeleteItem', prepare: endSession('one') },
  { what: 'end other sessions', functionName: 'sessions', call: 'Query', prepare: endSession('others') },
  { what: 'end other sessions', functionName: 'sessions', call: 'DeleteItem', prepare: endSession('others') },
  { what: 'export', functionName: 'export', call: 'Query', prepare: exported },
  { what: 'export', functionName: 'export', call: 'BatchGetItem', prepare: exported },
  { what: 'change password', functionName: 'own-password', call: 'GetItem', prepare: changePassword },
  { what: 'change password', functionName: 'own-password', call: 'Query', prepare: changePassword },
  { what: 'change password', functionName: 'own-password', call: 'DeleteItem', prepare: changePassword },
  { what: 'delete account', functionName: 'delete-account', call: 'GetItem', prepare: deleteAccount },
  {
    what: 'delete account',
    functionName: 'delete-account',
    call: 'TransactWriteItems',
    prepare: deleteAccount,
  },
  { what: 'delete account', functionName: 'delete-account', call: 'Query', prepare: deleteAccount },
  { what: 'delete account', functionName: 'delete-account', call: 'DeleteItem', prepare: deleteAccount },
  { what: 'ticket', functionName: 'ticket', call: 'PutItem', prepare: ticket },
  { what: 'report', functionName: 'report', call: 'GetItem', prepare: report },
  { what: 'report', functionName: 'report', call: 'PutItem', prepare: report },
  { what: 'user', functionName: 'user', call: 'GetItem', prepare: user },
  { what: 'list of users', functionName: 'list-users', call: 'Query', prepare: search },
  { what: 'send by HTTP', functionName: 'send-message', call: 'Query', prepare: send },
  { what: 'send by HTTP', functionName: 'send-message', call: 'PutItem', prepare: send },
  { what: 'send the first', functionName: 'send-message', call: 'PutItem', prepare: sendFirst },
  { what: 'edit by HTTP', functionName: 'change-message', call: 'Query', prepare: edit },
  { what: 'edit by HTTP', functionName: 'change-message', call: 'BatchGetItem', prepare: edit },
  { what: 'edit by HTTP', functionName: 'change-message', call: 'TransactWriteItems', prepare: edit },
  // The text in the inbox. The stream's function replaces it all the same.
  { what: 'edit by HTTP, inbox', functionName: 'change-message', call: 'UpdateItem', prepare: edit },
  { what: 'delete by HTTP', functionName: 'change-message', call: 'TransactWriteItems', prepare: remove },
  { what: 'create a group', functionName: 'groups', call: 'GetItem', prepare: newGroup },
  { what: 'create a group', functionName: 'groups', call: 'BatchGetItem', prepare: newGroup },
  { what: 'create a group', functionName: 'groups', call: 'TransactWriteItems', prepare: newGroup },
  { what: 'add a member', functionName: 'groups', call: 'GetItem', prepare: changeGroup('joined') },
  { what: 'add a member', functionName: 'groups', call: 'Query', prepare: changeGroup('joined') },
  {
    what: 'add a member',
    functionName: 'groups',
    call: 'TransactWriteItems',
    prepare: changeGroup('joined'),
  },
  {
    what: 'remove a member',
    functionName: 'groups',
    call: 'TransactWriteItems',
    prepare: changeGroup('removed'),
  },
  {
    what: 'rename a group',
    functionName: 'groups',
    call: 'TransactWriteItems',
    prepare: changeGroup('renamed'),
  },
  {
    what: 'describe a group',
    functionName: 'groups',
    call: 'TransactWriteItems',
    prepare: changeGroup('changed'),
  },
  { what: 'react by HTTP', functionName: 'change-message', call: 'TransactWriteItems', prepare: react },
  { what: 'unreact by HTTP', functionName: 'change-message', call: 'TransactWriteItems', prepare: unreact },
  { what: 'history', functionName: 'history', call: 'Query', prepare: history },
  { what: 'messages', functionName: 'messages', call: 'Query', prepare: messages },
  { what: 'inbox', functionName: 'conversations', call: 'Query', prepare: inbox },
  { what: 'inbox', functionName: 'conversations', call: 'BatchGetItem', prepare: inbox },
  { what: 'conversation', functionName: 'conversations', call: 'Query', prepare: conversation },
];
