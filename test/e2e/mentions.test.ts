import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { device } from './support/devices.ts';
import { createGroup, putMember } from './support/groups.ts';
import { postMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

/** A group of Ada, who owns it, Charles, and Eve, who reads. */
let ada: Person;
let charles: Person;
let eve: Person;
let stranger: Person;
let id: string;
beforeAll(async () => {
  [ada, charles, eve, stranger] = await people(api, 4);
});
beforeEach(async () => {
  ({ id } = await createGroup(api, ada, [charles, eve]));
  expect(await putMember(api, ada, id, eve, 'reader')).toMatchObject({ status: 200 });
});
afterEach(closeSockets);

const post = (who: Person, body: object, conversation = id) => postMessage(api, who, conversation, body);
const mention = (who: Person, mentions: unknown) => post(who, { text: 'Hello', mentions });
const show = async ({ access: token }: Person) => (await api.get(`/conversations/${id}/`, { token })).body;
const inInbox = async ({ access: token }: Person) => {
  const { body } = await api.get('/conversations/?limit=100', { token });
  return body.results.find((one: { id: string }) => one.id === id);
};
/** The inboxes follow within a second or so. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 100 });
const refused = (status: number, code: string) => ({ status, body: { code } });

describe('mentions in a group', () => {
  it('are shown to every reader, wherever the message comes', async () => {
    const [phone, his] = [await device(url, ada), await device(url, charles)];
    const mentions = { users: [charles.id, eve.id], all: true };
    const sent = await phone.ask({
      ...{ action: 'message.send', conversation: id, client_id: crypto.randomUUID(), text: 'Hello' },
      mentions: { users: [charles.id.toUpperCase(), eve.id], all: true },
    });
    expect(sent).toMatchObject({ type: 'message.sent', mentions });
    const { seq = 0 } = sent;
    expect(await his.next()).toMatchObject({ type: 'chat.message', seq, mentions });
    const messages = [{ client_id: crypto.randomUUID(), text: 'x', mentions: { users: [eve.id] } }];
    const { results } = await phone.ask({ action: 'message.send', conversation: id, messages });
    expect(results).toMatchObject([{ status: 'stored', mentions: { users: [eve.id] } }]);
    const { body } = await api.get(`/conversations/${id}/messages/?after=${seq - 1}`, {
      token: eve.access,
    });
    expect(body.results).toMatchObject([{ mentions }, { mentions: { users: [eve.id] } }]);
    const page = await his.ask({ action: 'sync', conversations: { [id]: seq - 1 } });
    expect(page.messages).toMatchObject([{ mentions }, { mentions: { users: [eve.id] } }]);
  });

  it('are counted for whom they mention, until they are read', async () => {
    const first = (await mention(ada, { users: [charles.id] })).body;
    await mention(ada, { all: true });
    await mention(charles, { users: [charles.id], all: true });
    await eventually(async () => {
      expect(await inInbox(charles)).toMatchObject({ unread: 2, mentions: 2 });
      expect(await inInbox(eve)).toMatchObject({ unread: 3, mentions: 2 });
      expect(await inInbox(ada)).toMatchObject({ unread: 1, mentions: 1 });
    });
    expect(await show(charles)).toMatchObject({ unread: 2, mentions: 2 });
    const his = await device(url, charles);
    await his.ask({ action: 'conversation.read', conversation: id, seq: first.seq });
    const { conversations } = await his.ask({ action: 'sync', conversations: { [id]: first.seq } });
    expect(conversations).toMatchObject([{ id, unread: 1, mentions: 1 }]);
    await his.ask({ action: 'conversation.read', conversation: id, seq: first.seq + 2 });
    expect(await show(charles)).toMatchObject({ unread: 0 });
    expect(await show(charles)).not.toHaveProperty('mentions');
  });

  it('by name end with the message', async () => {
    const { seq } = (await mention(ada, { users: [charles.id] })).body;
    await eventually(async () => expect(await inInbox(charles)).toMatchObject({ mentions: 1 }));
    const answer = await api.request('DELETE', `/conversations/${id}/messages/${seq}/`, {
      token: ada.access,
    });
    expect(answer).toMatchObject({ status: 200, body: { message: { seq, message: '' } } });
    expect(answer.body.message).not.toHaveProperty('mentions');
    await eventually(async () => {
      const entry = await inInbox(charles);
      expect(entry).toMatchObject({ unread: 1 });
      expect(entry).not.toHaveProperty('mentions');
    });
  });

  it('do not change when the message is edited', async () => {
    const { seq } = (await mention(ada, { users: [charles.id] })).body;
    const path = `/conversations/${id}/messages/${seq}/`;
    const token = ada.access;
    const edited = await api.patch(path, { text: 'Hi', version: 1 }, { token });
    expect(edited.body.message).toMatchObject({ message: 'Hi', mentions: { users: [charles.id] } });
    const body = { text: 'Ho', version: 2, mentions: { all: true } };
    expect(await api.patch(path, body, { token })).toMatchObject(refused(400, 'validation_failed'));
  });

  it('of others than members are refused, and nothing is stored', async () => {
    const before = (await show(ada)).last_message.seq;
    for (const user of [stranger.id, crypto.randomUUID(), 'nobody']) {
      expect(await mention(ada, { users: [charles.id, user] })).toMatchObject(
        refused(400, 'mention_invalid'),
      );
    }
    expect(await mention(eve, { all: true })).toMatchObject(refused(403, 'not_allowed'));
    expect(await mention(stranger, { all: true })).toMatchObject(refused(404, 'conversation_not_found'));
    expect((await show(ada)).last_message.seq).toBe(before);
  });

  it('of a conversation of two are refused', async () => {
    const pair = [ada.id, charles.id].toSorted().join('.');
    const body = { text: 'Hello', mentions: { users: [charles.id] } };
    expect(await post(ada, body, pair)).toMatchObject(refused(409, 'not_a_group'));
    const phone = await device(url, ada);
    const frame = { action: 'message.send', to: charles.id, client_id: crypto.randomUUID(), ...body };
    expect(await phone.ask(frame)).toMatchObject({ type: 'error', code: 'not_a_group' });
  });

  it.each([[{}], [{ all: false }], [{ users: [] }], [{ users: ['x', 'x'] }], [[]], [null], ['all']])(
    'that say nothing clear are refused: %j',
    async (mentions) => {
      expect(await mention(ada, mentions)).toMatchObject(refused(400, 'validation_failed'));
    },
  );
});
