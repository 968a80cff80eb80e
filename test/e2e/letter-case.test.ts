import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, isOffline } from './support/devices.ts';
import { createGroup, putMember, removeMember, rename } from './support/groups.ts';
import { createInvitation, look, revokeInvitation } from './support/invitations.ts';
import { postMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

/** Ids in capitals, as Swift and other languages write them. */
const upper = (id: string) => id.toUpperCase();

let ada: Person;
let charles: Person;
let conversation: string;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
  conversation = conversationOf(ada, charles);
  expect((await postMessage(api, ada, conversation, { text: 'There is one.' })).status).toBe(201);
});
afterEach(closeSockets);

describe('ids are accepted in any letter case', () => {
  it.each([
    ['/users/{user}/'],
    ['/chat/history/{user}/'],
    ['/chat/history/{user}'],
    ['/conversations/{conversation}/'],
    ['/conversations/{conversation}/messages/'],
    ['/conversations/{conversation}/messages?limit=1'],
  ])('GET %s', async (path) => {
    const get = (spell: (id: string) => string) =>
      api.get(path.replace('{user}', spell(charles.id)).replace('{conversation}', spell(conversation)), {
        token: ada.access,
      });
    const [lower, capitals] = await Promise.all([get(String), get(upper)]);
    expect(lower.status).toBe(200);
    expect(capitals).toMatchObject({ status: 200, body: lower.body });
  });

  it('PUT and DELETE /users/{user}/block/', async () => {
    const ask = (method: string) =>
      api.request(method, `/users/${upper(charles.id)}/block/`, { token: ada.access });
    const blocked = async () => (await api.get('/users/me/blocks/', { token: ada.access })).body.results;
    expect(await ask('PUT')).toMatchObject({ status: 204 });
    expect(await blocked()).toMatchObject([{ id: charles.id }]);
    expect(await ask('DELETE')).toMatchObject({ status: 204 });
    expect(await blocked()).toEqual([]);
  });

  it('the paths of a group and of its members, and those of new ones', async () => {
    const { id } = await createGroup(api, ada, [{ id: upper(charles.id) }]);
    expect(await rename(api, ada, upper(id), 'In capitals')).toMatchObject({ status: 200, body: { id } });
    const his = { id: upper(charles.id) };
    expect(await putMember(api, ada, upper(id), his, 'reader')).toMatchObject({
      status: 200,
      body: { id: charles.id, role: 'reader' },
    });
    expect(await removeMember(api, ada, upper(id), his)).toMatchObject({ status: 204 });
    const { body } = await api.get(`/conversations/${upper(id)}/`, { token: ada.access });
    expect(body).toMatchObject({ id, former: [{ id: charles.id }] });
  });

  it('the paths of invitations, but not their ids and tokens', async () => {
    const { id } = await createGroup(api, ada, []);
    const { token, id: invitation } = await createInvitation(api, ada, upper(id));
    expect(await look(api, charles, token)).toMatchObject({ status: 200, body: { conversation: { id } } });
    expect(await look(api, charles, upper(token))).toMatchObject({ status: 404 });
    expect(await revokeInvitation(api, ada, upper(id), upper(invitation))).toMatchObject({ status: 204 });
    expect(await look(api, charles, token)).toMatchObject({ status: 200 });
    expect(await revokeInvitation(api, ada, upper(id), invitation)).toMatchObject({ status: 204 });
    expect(await look(api, charles, token)).toMatchObject({ status: 404 });
  });

  it('POST /conversations/{conversation}/messages/, and in its key', async () => {
    const key = crypto.randomUUID();
    const first = await postMessage(api, ada, upper(conversation), { text: 'In capitals' }, upper(key));
    expect(first).toMatchObject({ status: 201, body: { conversation, client_id: key } });
    expect(await postMessage(api, ada, conversation, { text: 'In capitals' }, key)).toMatchObject({
      status: 200,
      body: { id: first.body.id },
    });
  });

  it.each([
    (id: string) => `/ws/chat/${id}/`,
    (id: string) => `/ws/chat/${id}`,
    (id: string) => `/ws?user_id=${id}`,
  ])('in the address of a socket: %s', async (pathTo) => {
    const his = await connect(url, { token: charles.access, peer: ada.id });
    const hers = await connect(url, { token: ada.access, path: pathTo(upper(charles.id)) });
    const said = await hers.say('In capitals', { client_id: upper(crypto.randomUUID()) });
    expect(said).toMatchObject({ type: 'chat.message', conversation });
    expect(await his.next()).toMatchObject({ id: said.id });
    expect(await his.say('Heard')).toMatchObject({ conversation });
    expect(await hers.next()).toMatchObject({ message: 'Heard' });
  });

  it('in every frame of a device, with answers in lower case', async () => {
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    const client_id = crypto.randomUUID();
    const hello = { action: 'message.send', text: 'In capitals', client_id: upper(client_id) };
    const sent = await hers.ask({ ...hello, to: upper(charles.id) });
    expect(sent).toMatchObject({ type: 'message.sent', conversation, client_id });
    const again = await hers.ask({ ...hello, client_id, conversation: upper(conversation) });
    expect(again).toMatchObject({ type: 'message.sent', id: sent.id });
    const { seq } = sent as { seq: number };
    for (const action of ['message.received', 'conversation.read']) {
      const marked = await his.ask({ action, conversation: upper(conversation), seq });
      expect(marked).toMatchObject({ type: action, conversation, user_id: charles.id, moved: true });
    }
    const typing = await his.ask({ action: 'typing', conversation: upper(conversation) });
    expect(typing).toMatchObject({ type: 'typing', conversation, forwarded: true });
    const synced = await his.ask({ action: 'sync', conversations: { [upper(conversation)]: seq - 1 } });
    expect(synced).toMatchObject({ type: 'sync.done', messages: [{ conversation, seq }] });
    const watched = await his.ask({ action: 'presence.watch', users: [upper(ada.id)] });
    expect(watched).toMatchObject({ users: [{ user_id: ada.id }] });
    await hers.close();
    expect(await his.next(isOffline)).toMatchObject({
      type: 'presence',
      users: [{ user_id: ada.id, online: false }],
    });
  });
});
