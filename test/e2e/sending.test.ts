import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { conversationOf, device, quiet } from './support/devices.ts';
import { postMessage, sendMessage, toldTo } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
let conversation: string;
const meet = async () => {
  [ada, charles, eve] = await people(api, 3);
  conversation = conversationOf(ada, charles);
};
afterEach(closeSockets);

const post = (body: unknown, key?: string) => postMessage(api, ada, conversation, body, key);
const log = async (id = conversation, reader = charles) =>
  (await api.get(`/conversations/${id}/messages/?limit=100`, { token: reader.access })).body;
const texts = async () => (await log()).results?.map(({ message }: { message: string }) => message);

describe('a message that is sent over HTTP', () => {
  beforeEach(meet);

  it('gets 201 with the stored message, and starts the conversation', async () => {
    const key = crypto.randomUUID();
    const { status, body } = await post({ text: 'Does the engine run?' }, key);
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: expect.any(String),
        conversation,
        seq: 1,
        message: 'Does the engine run?',
        sender_id: ada.id,
        created_at: expect.any(String),
        read: 1,
        client_id: key,
      },
    });
    expect((await log()).results).toEqual(toldTo(charles, [body]));
  });

  it('reaches every device of both members and the conversation’s sockets, and nobody else', async () => {
    const sockets = await Promise.all([
      device(url, ada),
      device(url, charles),
      device(url, charles),
      connect(url, { token: charles.access, peer: ada.id }),
    ]);
    const strangers = await Promise.all([device(url, eve), device(url, eve)]);
    const { body } = await post({ text: 'Does the engine run?' });
    const { client_id, ...message } = body;
    expect(client_id).toMatch(/^[0-9a-f-]{36}$/);
    const told = { ...message, type: 'chat.message', sender: ada.username };
    const [hers, ...his] = sockets;
    expect(await hers.next()).toEqual({ ...told, client_id });
    for (const socket of his) expect(await socket.next()).toEqual(told);
    for (const socket of strangers) await quiet(socket);
  });

  it('is in one log with those of the sockets, and in the original history', async () => {
    const hers = await connect(url, { token: ada.access, peer: charles.id });
    await hers.say('by the original socket');
    await post({ text: 'by HTTP' });
    const his = await device(url, charles);
    await his.ask({
      action: 'message.send',
      conversation,
      text: 'by a device',
      client_id: crypto.randomUUID(),
    });
    expect(await texts()).toEqual(['by the original socket', 'by HTTP', 'by a device']);
    const { body } = await api.get(`/chat/history/${charles.id}/`, { token: ada.access });
    expect(body.results.map(({ seq }: { seq: number }) => seq)).toEqual([3, 2, 1]);
  });

  it.each([
    ['4,000 characters', 'x'.repeat(4_000)],
    ['4,000 characters of two UTF-16 units', '🦀'.repeat(4_000)],
    ['line ends and blanks around', '  one\r\n\ttwo '],
    ['what looks like markup', '<script>alert(1)</script> & "quotes" \\ {{x}}'],
    ['right-to-left marks and joined characters', '\u202eabc\u202c 👩‍👩‍👧‍👦 e\u0301'],
  ])('keeps %s as they are', async (_what, text) => {
    expect((await post({ text })).body.message).toBe(text);
    expect(await texts()).toEqual([text]);
  });

  it('may have every character escaped, as some libraries do', async () => {
    const text = '🦀'.repeat(4_000);
    const escaped = `{"text": "${'\\ud83e\\udd80'.repeat(4_000)}"}`;
    expect((await post(escaped)).body.message).toBe(text);
  });

  it('gets a number of its own, without a gap, when ten senders write at once', async () => {
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        sendMessage(api, i % 2 ? ada : charles, conversation, `message ${i}`),
      ),
    );
    expect(sent.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const stored = sent.toSorted((a, b) => a.seq - b.seq);
    expect((await log()).results).toEqual(toldTo(charles, stored));
  });
});

describe('the same request again', () => {
  beforeEach(meet);

  it('gets 200 with the message that is already stored once', async () => {
    const key = crypto.randomUUID();
    const first = await post({ text: 'once' }, key);
    await sendMessage(api, charles, conversation, 'in between');
    for (const again of [key, key.toUpperCase(), `"${key}"`])
      expect(await post({ text: 'once' }, again)).toMatchObject({ status: 200, body: first.body });
    expect(await texts()).toEqual(['once', 'in between']);
  });

  it('at the same time stores one message, and all answers have it', async () => {
    const key = crypto.randomUUID();
    const replies = await Promise.all(Array.from({ length: 6 }, () => post({ text: 'once' }, key)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 201]);
    for (const { body } of replies) expect(body).toEqual(replies[0]?.body);
    expect(await texts()).toEqual(['once']);
  });

  it('is recognised over a device’s socket, and the other way round', async () => {
    const phone = await device(url, ada);
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    const { body } = await post({ text: 'first over HTTP' }, one);
    const send = (text: string, client_id: string) =>
      phone.ask({ action: 'message.send', conversation, text, client_id });
    expect(await send('first over HTTP', one)).toMatchObject({ type: 'message.sent', id: body.id, seq: 1 });
    const sent = await send('first over the socket', two);
    expect(await post({ text: 'first over the socket' }, two)).toMatchObject({
      status: 200,
      body: { id: sent.id, seq: 2 },
    });
    expect(await texts()).toEqual(['first over HTTP', 'first over the socket']);
  });

  it('is recognised for 100 messages without `after`, and further back with it', async () => {
    const key = crypto.randomUUID();
    const { body } = await post({ text: 'long ago', after: 0 }, key);
    for (let i = 0; i < 99; i += 1) await sendMessage(api, charles, conversation, `message ${i}`);
    expect(await post({ text: 'long ago' }, key)).toMatchObject({ status: 200, body });
    await sendMessage(api, charles, conversation, 'one more');
    expect(await post({ text: 'long ago', after: 0 }, key)).toMatchObject({ status: 200, body });
    expect((await log()).last_seq).toBe(101);
  }, 60_000);

  it('with another text is a conflict and changes nothing', async () => {
    const key = crypto.randomUUID();
    await post({ text: 'once' }, key);
    for (const body of [{ text: 'twice' }, { text: 'twice', after: 0 }, { text: 'once ' }]) {
      expect(await post(body, key)).toMatchObject({ status: 409, body: { code: 'client_id_conflict' } });
    }
    expect(await texts()).toEqual(['once']);
  });

  it('with the key that the other member used is another message', async () => {
    const key = crypto.randomUUID();
    await post({ text: 'hers' }, key);
    expect(await postMessage(api, charles, conversation, { text: 'his' }, key)).toMatchObject({
      status: 201,
      body: { seq: 2 },
    });
  });
});

describe('a message is refused, and nothing is stored,', () => {
  beforeAll(meet);

  const refused = async (reply: ReturnType<typeof post>, status: number, code: string) => {
    const { body, ...rest } = await reply;
    expect({ status: rest.status, body }).toMatchObject({ status, body: { code } });
    expect((await log()).code).toBe('conversation_not_found');
    return body;
  };

  it.each([
    ['no text', {}, 'text'],
    ['null', { text: null }, 'text'],
    ['a number', { text: 7 }, 'text'],
    ['a list', { text: ['Hello'] }, 'text'],
    ['an empty text', { text: '' }, 'text'],
    ['a blank text', { text: ' \t\r\n\u00a0\u2003\ufeff' }, 'text'],
    ['a text that nobody sees', { text: '\u200b\u2060\u3164\ufe0f\u2800' }, 'text'],
    ['4,001 characters', { text: 'x'.repeat(4_001) }, 'text'],
    ['a NUL', { text: 'a\0b' }, 'text'],
    ['half a surrogate pair', '{"text": "\\ud83e"}', 'text'],
    ['a negative `after`', { text: 'Hello', after: -1 }, 'after'],
    ['half an `after`', { text: 'Hello', after: 0.5 }, 'after'],
    ['an `after` that is a text', { text: 'Hello', after: '0' }, 'after'],
    ['null for `after`', { text: 'Hello', after: null }, 'after'],
    ['an `after` that JSON cannot hold exactly', '{"text": "Hello", "after": 9007199254740993}', 'after'],
    ['another sender', { text: 'Hello', sender_id: crypto.randomUUID() }, 'sender_id'],
    ['a seq of its own', { text: 'Hello', seq: 7 }, 'seq'],
    ['its key in the body', { text: 'Hello', client_id: crypto.randomUUID() }, 'client_id'],
    ['the original name of the text', { text: 'Hello', message: 'Hello' }, 'message'],
  ])('with %s', async (_what, body, field) => {
    const { errors } = await refused(post(body), 400, 'validation_failed');
    expect(errors).toEqual({ [field]: [expect.any(String)] });
  });

  it.each([
    '',
    'x',
    '7',
    '"',
    '""',
    '6f2b8a1e4c0d4b7e9a550d9c1e7f2a34',
    '{6f2b8a1e-4c0d-4b7e-9a55-0d9c1e7f2a34}',
    '6f2b8a1e-4c0d-4b7e-9a55-0d9c1e7f2a3',
    '6f2b8a1e-4c0d-4b7e-9a55-0d9c1e7f2a34, 6f2b8a1e-4c0d-4b7e-9a55-0d9c1e7f2a34',
    'x'.repeat(4_000),
  ])('with the key %j, which is not a UUID', async (key) => {
    const { errors } = await refused(post({ text: 'Hello' }, key), 400, 'validation_failed');
    expect(errors).toEqual({ 'Idempotency-Key': [expect.any(String)] });
  });

  it('without a key', async () => {
    const path = `/conversations/${conversation}/messages/`;
    const reply = api.post(path, { text: 'Hello' }, { token: ada.access });
    const { errors } = await refused(reply, 400, 'validation_failed');
    expect(errors).toEqual({ 'Idempotency-Key': [expect.any(String)] });
  });

  it.each([1, 500, Number.MAX_SAFE_INTEGER])('after %d, which the log has not reached', async (after) => {
    await refused(post({ text: 'Hello', after }), 400, 'after_invalid');
  });

  it('after a number past the end of an existing log', async () => {
    const id = conversationOf(ada, eve);
    await sendMessage(api, eve, id, 'Hello');
    expect(await postMessage(api, ada, id, { text: 'Hello', after: 2 })).toMatchObject({
      status: 400,
      body: { code: 'after_invalid' },
    });
    expect((await log(id, eve)).last_seq).toBe(1);
  });

  it.each([undefined, 'garbage'])('without a good token (%s)', async (token) => {
    const reply = await api.post(
      `/conversations/${conversation}/messages/`,
      { text: 'Hello' },
      { token, headers: { 'idempotency-key': crypto.randomUUID() } },
    );
    expect(reply.status).toBe(401);
    expect((await log()).code).toBe('conversation_not_found');
  });
});

describe('there is no conversation to send to', () => {
  beforeAll(meet);

  it('if the sender is not a member: the answer is as for one that does not exist, and it stays unchanged', async () => {
    await sendMessage(api, charles, conversationOf(charles, eve), 'between us');
    const answer = async (id: string) => {
      const { status, body } = await postMessage(api, ada, id, { text: 'Hello' });
      expect(status).toBe(404);
      return JSON.parse(JSON.stringify(body).replaceAll(id, 'ID'));
    };
    const unknown = await answer([crypto.randomUUID(), crypto.randomUUID()].sort().join('.'));
    expect(unknown).toMatchObject({ code: 'conversation_not_found' });
    for (const id of [
      conversationOf(charles, eve),
      // Her own with a user who does not exist, with herself, and with the ids in the wrong order.
      [ada.id, crypto.randomUUID()].sort().join('.'),
      `${ada.id}.${ada.id}`,
      conversation.split('.').reverse().join('.'),
      `${conversation}.${ada.id}`,
      ada.id,
      'x',
    ])
      expect(await answer(id), id).toEqual(unknown);
    expect((await log(conversationOf(charles, eve))).last_seq).toBe(1);
    expect((await log()).code).toBe('conversation_not_found');
  });
});
