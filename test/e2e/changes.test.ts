import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { postMessage, sendMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
let conversation: string;
let phone: Socket;
let laptop: Socket;
let his: Socket;
beforeEach(async () => {
  [ada, charles, eve] = await people(api, 3);
  conversation = conversationOf(ada, charles);
  [phone, laptop, his] = await Promise.all([device(url, ada), device(url, ada), device(url, charles)]);
  for (const text of ['one', 'two', 'three']) await sendMessage(api, ada, conversation, text);
  for (const socket of [phone, laptop, his]) await socket.collect(3);
});
afterEach(closeSockets);

const path = (seq: unknown, id = conversation) => `/conversations/${id}/messages/${seq}/`;
const patch = (seq: unknown, body: unknown, { access: token } = ada) => api.patch(path(seq), body, { token });
const remove = (seq: unknown, { access: token } = ada) => api.request('DELETE', path(seq), { token });
const edit = (seq: number, text: string, version = 1) =>
  phone.ask({ action: 'message.edit', conversation, seq, version, text });
const get = async (where: string, { access: token } = ada) => (await api.get(where, { token })).body;
const messages = (who = ada) => get(`/conversations/${conversation}/messages/`, who);
const said = async (who = ada) =>
  (await messages(who)).results.map((one: { message: string }) => one.message);

describe('an own message that is edited', () => {
  it('reaches every device but the one that edited, as its reply has it', async () => {
    const reply = await edit(2, 'zwei');
    const { ref: _, ...told } = reply;
    expect(reply).toMatchObject({
      type: 'message.changed',
      conversation,
      change: 1,
      message: { seq: 2, message: 'zwei', sender_id: ada.id, change: 1, version: 2 },
    });
    const { client_id, ...forOthers } = told.message as unknown as Record<string, unknown>;
    expect(client_id).toEqual(expect.any(String));
    expect(await laptop.next()).toEqual(told);
    expect(await his.next()).toEqual({ ...told, message: forOthers });
    await quiet(phone);
  });

  it('is what everybody reads from then on: log, history, inbox, and sync', async () => {
    await edit(3, 'drei');
    expect(await said()).toEqual(['one', 'two', 'drei']);
    const page = await messages(charles);
    expect(page).toMatchObject({ last_seq: 3, last_change: 1 });
    const [newest] = (await get(`/chat/history/${ada.id}/`, charles)).results;
    expect(newest).toMatchObject({ message: 'drei', version: 2 });
    expect(newest.updated_at).toBe(newest.edited_at);
    expect(newest.updated_at > newest.created_at).toBe(true);
    const entry = async () => (await get(`/conversations/${conversation}/`, charles)).last_message;
    expect(await entry()).toMatchObject({ message: 'drei', version: 2 });
    const inbox = async () => (await get('/conversations/', charles)).results[0]?.last_message;
    await expect.poll(inbox, { timeout: 15_000 }).toMatchObject({ message: 'drei', version: 2 });
  });

  it('does not count as unread, and takes no seq', async () => {
    await his.ask({ action: 'conversation.read', conversation, seq: 3 });
    await edit(1, 'eins');
    expect(await get(`/conversations/${conversation}/`, charles)).toMatchObject({ unread: 0 });
    expect((await sendMessage(api, ada, conversation, 'four')).seq).toBe(4);
  });

  it('can be edited over HTTP, with the same answer', async () => {
    const { status, body } = await patch(2, { text: 'zwei', version: 1 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ conversation, change: 1, message: { seq: 2, message: 'zwei', version: 2 } });
    expect(await his.next()).toMatchObject({ type: 'message.changed', change: 1 });
    expect(await phone.next()).toMatchObject({ type: 'message.changed', change: 1 });
  });

  it('twice the same is one edit; of an outdated version it is a conflict that has the present state', async () => {
    const first = await edit(2, 'zwei');
    expect(await edit(2, 'zwei')).toMatchObject({ change: 1, message: first.message });
    const conflict = await edit(2, 'deux');
    expect(conflict).toMatchObject({ type: 'error', code: 'version_conflict', present: first.message });
    expect(await patch(2, { text: 'deux', version: 3 })).toMatchObject({
      status: 409,
      body: { code: 'version_conflict', present: first.message },
    });
    expect(await edit(2, 'deux', 2)).toMatchObject({ change: 2, message: { version: 3 } });
  });

  it('is found by a retry of its first sending, which is no conflict', async () => {
    const key = crypto.randomUUID();
    await postMessage(api, ada, conversation, { text: 'four' }, key);
    await edit(4, 'vier');
    expect(await postMessage(api, ada, conversation, { text: 'four' }, key)).toMatchObject({
      status: 200,
      body: { seq: 4, message: 'vier', version: 2 },
    });
    expect(await said()).toEqual(['one', 'two', 'three', 'vier']);
  });

  it('is not told to sockets of the original protocol, which read it in the history', async () => {
    const original = await connect(url, { token: charles.access, peer: ada.id });
    await edit(2, 'zwei');
    await his.next();
    expect(await original.say('still here')).toMatchObject({ type: 'chat.message', seq: 4 });
    expect(original.frames).toHaveLength(1);
  });
});

describe('an own message that is deleted', () => {
  it('leaves its number and no text, anywhere, at once', async () => {
    const secret = `secret ${crypto.randomUUID()}`;
    await sendMessage(api, ada, conversation, secret);
    const inbox = async () => (await get('/conversations/', charles)).results[0]?.last_message;
    await expect.poll(inbox, { timeout: 15_000 }).toMatchObject({ message: secret });
    const reply = await phone.ask({ action: 'message.delete', conversation, seq: 4 });
    expect(reply).toMatchObject({
      type: 'message.changed',
      change: 1,
      message: { seq: 4, message: '', change: 1, deleted_at: expect.any(String) },
    });
    const seen = await Promise.all([
      inbox(),
      messages(),
      get(`/chat/history/${ada.id}/`, charles),
      get(`/conversations/${conversation}/`, charles),
      his.ask({ action: 'sync', conversations: { [conversation]: 0 } }),
    ]);
    expect(JSON.stringify(seen)).not.toContain(secret);
    expect(seen[0]).toMatchObject({ seq: 4, message: '', deleted_at: expect.any(String) });
    expect(seen[1]).toMatchObject({ last_seq: 4, last_change: 1 });
  });

  it('twice is deleted once, and cannot be edited', async () => {
    const first = await remove(2);
    expect(first).toMatchObject({ status: 200, body: { change: 1, message: { message: '' } } });
    expect(await remove(2)).toMatchObject({ status: 200, body: first.body });
    expect(await patch(2, { text: 'zwei', version: 1 })).toMatchObject({
      status: 409,
      body: { code: 'message_deleted' },
    });
    expect((await messages()).last_change).toBe(1);
  });

  it('cannot be reported any more', async () => {
    await remove(2);
    const report = { user: ada.id, message: { conversation, seq: 2 }, reason: 'spam' };
    expect(await api.post('/reports/', report, { token: charles.access })).toMatchObject({
      status: 404,
      body: { code: 'message_not_found' },
    });
  });
});

describe('nothing changes, and nobody is told', () => {
  it.each<[string, number, string, (act: 'PATCH' | 'DELETE') => readonly [Person, unknown, string]]>([
    ['of the other member', 403, 'not_your_message', () => [charles, 2, conversation]],
    ['of a conversation of others', 404, 'conversation_not_found', () => [eve, 2, conversation]],
    ['of a conversation that is none', 404, 'conversation_not_found', () => [ada, 2, 'x']],
    ['that is none', 404, 'message_not_found', () => [ada, 4, conversation]],
    ['with the number 0', 404, 'message_not_found', () => [ada, 0, conversation]],
    ['with the number -1', 404, 'message_not_found', () => [ada, -1, conversation]],
    ['with a text as its number', 404, 'message_not_found', () => [ada, 'two', conversation]],
    ['with a number of 90 digits', 404, 'message_not_found', () => [ada, '9'.repeat(90), conversation]],
    [
      'of a conversation without messages',
      404,
      'message_not_found',
      () => [ada, 1, conversationOf(ada, eve)],
    ],
  ])('for a message %s', async (_, status, code, whose) => {
    for (const method of ['PATCH', 'DELETE'] as const) {
      const [{ access: token }, seq, id] = whose(method);
      const body = method === 'PATCH' ? { text: 'changed', version: 1 } : undefined;
      expect(await api.send(method, path(seq, id), body, { token }), method).toMatchObject({
        status,
        body: { code },
      });
    }
    expect(await messages()).toMatchObject({ last_change: 0 });
    for (const socket of [phone, laptop, his]) await quiet(socket);
  });

  it.each<[string, object, string]>([
    ['no text', { text: undefined }, 'text'],
    ['a blank text', { text: ' ' }, 'text'],
    ['half a character', { text: '\ud800' }, 'text'],
    ['4,001 characters', { text: 'x'.repeat(4_001) }, 'text'],
    ['no version', { version: undefined }, 'version'],
    ['version 0', { version: 0 }, 'version'],
    ['a version that is a text', { version: '1' }, 'version'],
  ])('for an edit with %s, on a socket or over HTTP', async (_, wrong, field) => {
    const body = { text: 'changed', version: 1, ...wrong };
    const errors = { [field]: expect.anything() };
    expect(await patch(2, body)).toMatchObject({ status: 400, body: { code: 'validation_failed', errors } });
    expect(await phone.ask({ action: 'message.edit', conversation, seq: 2, ...body })).toMatchObject({
      code: 'validation_failed',
      errors,
    });
    expect(await messages()).toMatchObject({ last_change: 0 });
    await quiet(his);
  });

  it('for an edit while one of the two blocks the other; a deletion is still allowed', async () => {
    await api.request('PUT', `/users/${ada.id}/block/`, { token: charles.access });
    expect(await edit(2, 'zwei')).toMatchObject({ type: 'error', code: 'cannot_write_to_user' });
    expect(await remove(2)).toMatchObject({ status: 200 });
  });
});

describe('a device that was away', () => {
  const sync = (held: object) =>
    his.ask({ action: 'sync', conversations: { [conversation]: held } }) as Promise<
      Awaited<ReturnType<Socket['ask']>> & { changed: { seq: number; message: string }[] }
    >;

  it('gets what has changed once, in its present state, and what is new', async () => {
    await edit(1, 'a');
    await edit(3, 'drei');
    await edit(1, 'eins', 2);
    await remove(2);
    await sendMessage(api, ada, conversation, 'four');
    const page = await sync({ seq: 3, change: 0 });
    expect(page).toMatchObject({
      type: 'sync.done',
      changes: { [conversation]: 4 },
      resets: [],
      messages: [{ seq: 4, message: 'four' }],
    });
    expect(page.changed.map(({ seq, message }) => `${seq} ${message}`)).toEqual(['1 eins', '3 drei', '2 ']);
    expect(await sync({ seq: 4, change: 4 })).toMatchObject({ changed: [], messages: [] });
    expect((await sync({ seq: 4, change: 2 })).changed).toHaveLength(2);
  });

  it('that does not know changes is told none', async () => {
    await edit(1, 'eins');
    const page = await his.ask({ action: 'sync', conversations: { [conversation]: 3 } });
    expect(page).toMatchObject({ changed: [], changes: {}, resets: [] });
  });

  it('that claims changes to come gets none', async () => {
    await edit(1, 'eins');
    expect(await sync({ seq: 3, change: Number.MAX_SAFE_INTEGER })).toMatchObject({ changed: [] });
  });
});

describe('many changes at once', () => {
  it('have the numbers 1, 2, 3 … without a gap, and each is told', async () => {
    const texts = Array.from({ length: 6 }, (_, i) => `changed ${i}`);
    const both = await device(url, ada);
    for (let i = 0; i < 6; i += 1) await sendMessage(api, ada, conversation, `message ${i}`);
    await his.collect(6);
    const answers = await Promise.all(
      texts.map(async (text, i) => {
        for (;;) {
          const socket = i % 2 ? both : phone;
          const answer = await socket.ask({
            action: 'message.edit',
            conversation,
            seq: 4 + i,
            version: 1,
            text,
          });
          if (answer.code !== 'busy') return answer;
        }
      }),
    );
    const numbers = answers.map(({ change }) => change as number).toSorted((a, b) => a - b);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    const told = await his.collect(6);
    expect(told.map(({ change }) => change as number).toSorted((a, b) => a - b)).toEqual(numbers);
    expect((await said()).slice(3)).toEqual(texts);
  });

  it('of one message by two devices: one wins, the other hears of the conflict', async () => {
    const [one, other] = await Promise.all(
      [phone, laptop].map((socket, i) =>
        socket.ask({ action: 'message.edit', conversation, seq: 2, version: 1, text: `by ${i}` }),
      ),
    );
    const kinds = [one?.type, other?.type].toSorted();
    expect(kinds).toEqual(['error', 'message.changed']);
    expect([one?.code, other?.code].filter((code) => code !== undefined)).toEqual(['version_conflict']);
    expect(await messages()).toMatchObject({ last_change: 1 });
  });
});

it('a message to somebody else is not among them', async () => {
  await phone.ask(messageTo(eve, 'hello'));
  await edit(1, 'eins');
  expect((await get(`/conversations/${conversationOf(ada, eve)}/messages/`)).last_change).toBe(0);
});
