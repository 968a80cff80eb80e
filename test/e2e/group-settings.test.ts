import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { device, quiet } from './support/devices.ts';
import { createGroup, putMember } from './support/groups.ts';
import { postMessage, sendMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

/** Ada owns each group, Eve moderates it, and Charles is a member. */
let ada: Person;
let eve: Person;
let charles: Person;
let stranger: Person;
let id: string;
beforeAll(async () => {
  [ada, eve, charles, stranger] = await people(api, 4);
});
beforeEach(async () => {
  ({ id } = await createGroup(api, ada, [eve, charles]));
  expect(await putMember(api, ada, id, eve, 'moderator')).toMatchObject({ status: 200 });
});
afterEach(closeSockets);

const DEFAULT_WHO = { write: 'member', add: 'moderator', rename: 'moderator' };
const ABOUT = { description: 'Of looms.\nAnd of engines.', picture: 'https://example.com/loom.png' };

const change = ({ access: token }: Person, body: object, group = id) =>
  api.patch(`/conversations/${group}/`, body, { token });
const show = async ({ access: token }: Person) => (await api.get(`/conversations/${id}/`, { token })).body;
const refused = (code: string, status: number) => ({ status, body: { code } });

describe('the settings of a group', () => {
  it('are shown to its members where one group is asked for', async () => {
    expect(await show(charles)).toMatchObject({ who: DEFAULT_WHO });
    expect(await show(charles)).not.toHaveProperty('description');
    const answer = await change(eve, ABOUT);
    expect(answer).toMatchObject({ status: 200, body: { ...ABOUT, who: DEFAULT_WHO } });
    expect(await show(eve)).toEqual(answer.body);
    expect(await show(charles)).toMatchObject(ABOUT);
    await vi.waitFor(
      async () => {
        const { body } = await api.get('/conversations/?limit=100', { token: charles.access });
        const entry = body.results.find((one: { id: string }) => one.id === id);
        expect(entry).toMatchObject({ last_message: { event: { type: 'changed' } } });
        for (const field of ['description', 'picture', 'who']) expect(entry).not.toHaveProperty(field);
      },
      { timeout: 15_000, interval: 100 },
    );
  });

  it('are changed by one event, which every device gets', async () => {
    const socket = await device(url, charles);
    const all = { ...ABOUT, title: 'Looms', who: { write: 'moderator' } };
    expect((await change(ada, all)).body).toMatchObject({
      ...all,
      who: { ...DEFAULT_WHO, write: 'moderator' },
    });
    const event = { type: 'changed', fields: ['title', 'description', 'picture', 'who'], title: 'Looms' };
    expect(await socket.next()).toMatchObject({
      type: 'chat.message',
      conversation: id,
      seq: 3,
      message: '',
      event,
    });
    expect((await change(ada, all)).status).toBe(200);
    await quiet(socket);
    const { body } = await api.get(`/conversations/${id}/messages/`, { token: charles.access });
    expect(body.results.at(-1)).toMatchObject({ seq: 3, event });
  });

  it('can be taken away again', async () => {
    await change(ada, { ...ABOUT, who: { add: 'member' } });
    const { body } = await change(ada, { description: '', who: { add: 'moderator' } });
    expect(body).toMatchObject({ picture: ABOUT.picture, who: DEFAULT_WHO });
    expect(body).not.toHaveProperty('description');
  });

  it.each([
    ['nothing', {}, 'body'],
    ['a description of 501 characters', { description: 'x'.repeat(501) }, 'description'],
    ['a picture of another scheme', { picture: 'http://example.com/a.png' }, 'picture'],
    ['no address', { picture: 'https://exa mple.com' }, 'picture'],
    ['a right for readers', { who: { write: 'reader' } }, 'who.write'],
    ['a right that is not theirs to give', { who: { delete: 'member' } }, 'who.delete'],
  ])('cannot be %s', async (_, body, field) => {
    const answer = await change(ada, body);
    expect(answer).toMatchObject(refused('validation_failed', 400));
    expect(Object.keys(answer.body.errors)).toEqual([field]);
  });

  it('are for those who may, and for others there is no group', async () => {
    expect(await change(charles, ABOUT)).toMatchObject(refused('not_allowed', 403));
    expect(await change(eve, { who: { write: 'member' } })).toMatchObject(refused('not_allowed', 403));
    expect(await change(stranger, ABOUT)).toMatchObject(refused('conversation_not_found', 404));
    expect(await change(stranger, ABOUT, crypto.randomUUID())).toMatchObject(
      refused('conversation_not_found', 404),
    );
    const { conversation } = await sendToPair();
    expect(await change(ada, ABOUT, conversation)).toMatchObject(refused('not_a_group', 409));
  });

  const sendToPair = async () => {
    const pair = [ada.id, charles.id].sort().join('.');
    await sendMessage(api, ada, pair, 'Hello.');
    return { conversation: pair };
  };
});

describe('a group of announcements', () => {
  it('is written by moderators, and members read, react and delete their own messages', async () => {
    const { seq } = await sendMessage(api, charles, id, 'Before.');
    await change(ada, { who: { write: 'moderator' } });
    expect(await postMessage(api, charles, id, { text: 'After.' })).toMatchObject(
      refused('not_allowed', 403),
    );
    const socket = await device(url, charles);
    const send = { action: 'message.send', conversation: id, text: 'After.', client_id: crypto.randomUUID() };
    expect(await socket.ask(send)).toMatchObject({ type: 'error', code: 'not_allowed' });
    expect(await socket.ask({ action: 'typing', conversation: id })).toMatchObject({ code: 'not_allowed' });
    const edit = { action: 'message.edit', conversation: id, seq, version: 1, text: 'Other.' };
    expect(await socket.ask(edit)).toMatchObject({ code: 'not_allowed' });
    const told = await sendMessage(api, eve, id, 'News.');
    expect(await socket.next()).toMatchObject({ message: 'News.' });
    const react = { action: 'message.react', conversation: id, seq: told.seq, emoji: '👍' };
    expect(await socket.ask(react)).toMatchObject({ type: 'message.changed' });
    const del = { action: 'message.delete', conversation: id, seq };
    expect(await socket.ask(del)).toMatchObject({ type: 'message.changed' });
  });

  it('is open to all again when its owner says so', async () => {
    await change(ada, { who: { write: 'owner' } });
    expect(await postMessage(api, eve, id, { text: 'x' })).toMatchObject(refused('not_allowed', 403));
    await change(ada, { who: { write: 'member' } });
    await sendMessage(api, charles, id, 'Again.');
  });
});

it('members add members and readers where owners let them', async () => {
  await change(ada, { who: { add: 'member' } });
  expect(await putMember(api, charles, id, stranger, 'moderator')).toMatchObject(refused('not_allowed', 403));
  expect(await putMember(api, charles, id, stranger, 'reader')).toMatchObject({ status: 200 });
  const token = charles.access;
  const removing = api.request('DELETE', `/conversations/${id}/members/${stranger.id}/`, { token });
  expect(await removing).toMatchObject(refused('not_allowed', 403));
});
