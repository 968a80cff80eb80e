import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { device } from './support/devices.ts';
import { postMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let id: string;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
  id = [ada.id, charles.id].toSorted().join('.');
  expect(await post(ada, { text: 'Hello' })).toMatchObject({ status: 201 });
});
afterEach(closeSockets);

const ticket = { ticket: { id: 4711, tags: ['engine', ''], open: true, price: -1.5e-7, parent: null } };
const post = (who: Person, body: object) => postMessage(api, who, id, body);
const read = async ({ access: token }: Person, after: number) =>
  (await api.get(`/conversations/${id}/messages/?after=${after}`, { token })).body.results;
const lastSeq = async () =>
  (await api.get(`/conversations/${id}/messages/`, { token: ada.access })).body.last_seq;
/** As `JSON.parse` reads it: a literal would set the prototype. */
const parse = (json: string) => JSON.parse(json) as unknown;

describe('own data of a message', () => {
  it('comes wherever the message comes, but on sockets of the original protocol', async () => {
    const [phone, his] = [await device(url, ada), await device(url, charles)];
    const original = await connect(url, { token: charles.access, peer: ada.id });
    const one = { client_id: crypto.randomUUID(), text: 'One', custom: ticket };
    const sent = await phone.ask({ action: 'message.send', conversation: id, ...one });
    expect(sent).toMatchObject({ type: 'message.sent', custom: ticket });
    expect(await his.next()).toMatchObject({ type: 'chat.message', seq: sent.seq, custom: ticket });
    expect(await original.next()).toEqual(expect.not.objectContaining({ custom: expect.anything() }));
    const messages = [
      { client_id: crypto.randomUUID(), text: 'Two', custom: { n: 2 } },
      { client_id: crypto.randomUUID(), text: 'Three' },
    ];
    const { results } = await phone.ask({ action: 'message.send', conversation: id, messages });
    expect(results).toMatchObject([{ custom: { n: 2 } }, { status: 'stored' }]);
    expect((results as readonly object[])[1]).not.toHaveProperty('custom');
    expect(await his.next()).toMatchObject({
      type: 'chat.messages',
      messages: [{ custom: { n: 2 } }, { message: 'Three' }],
    });
    const { seq = 0 } = sent;
    expect(await read(charles, seq - 1)).toMatchObject([
      { custom: ticket },
      { custom: { n: 2 } },
      { seq: seq + 2 },
    ]);
    const page = await his.ask({ action: 'sync', conversations: { [id]: seq - 1 } });
    expect(page.messages).toMatchObject([{ custom: ticket }, { custom: { n: 2 } }, { seq: seq + 2 }]);
  });

  it('is replaced, kept or removed by an edit, and gone with the text', async () => {
    const { seq } = (await post(ada, { text: 'Hi', custom: ticket })).body;
    const path = `/conversations/${id}/messages/${seq}/`;
    const token = ada.access;
    const edit = async (version: number, more: object) =>
      (await api.patch(path, { text: 'Hi', version, ...more }, { token })).body.message;
    expect(await edit(1, { text: 'Ho' })).toMatchObject({ version: 2, custom: ticket });
    expect(await edit(2, { custom: { n: 1 } })).toMatchObject({ version: 3, custom: { n: 1 } });
    // Once more: the answer is the present state.
    expect(await edit(2, { custom: { n: 1 } })).toMatchObject({ version: 3 });
    const phone = await device(url, ada);
    const frame = { action: 'message.edit', conversation: id, seq, version: 3, text: 'Hi', custom: null };
    const removed = (await phone.ask(frame)).message;
    expect(removed).toMatchObject({ version: 4 });
    expect(removed).not.toHaveProperty('custom');
    expect(await edit(4, { custom: ticket })).toMatchObject({ version: 5, custom: ticket });
    const deleted = await api.request('DELETE', path, { token });
    expect(deleted).toMatchObject({ status: 200, body: { message: { message: '' } } });
    const [left] = await read(charles, seq - 1);
    for (const state of [deleted.body.message, left]) expect(state).not.toHaveProperty('custom');
  });

  it.each([
    ['is empty', '{}'],
    ['has names that objects have', '{"__proto__":{"a":1},"constructor":"x","toString":null}'],
    ['has an empty name, and control characters', '{"":"\\u0000\\u001f","\\n":[]}'],
    ['has numbers that doubles hold', '{"a":[0,1e+308,5e-324,9007199254740991]}'],
    ['is 5 levels deep', '{"a":{"a":{"a":{"a":{"a":1}}}}}'],
    ['has 2,048 bytes', JSON.stringify({ a: 'é'.repeat(1_020) })],
  ])('that %s is stored as it was given', async (_, json) => {
    const sent = await post(ada, { text: 'Hi', custom: parse(json) });
    expect(sent.status, JSON.stringify(sent.body)).toBe(201);
    expect(JSON.stringify(sent.body.custom)).toBe(json);
    const [found] = await read(charles, sent.body.seq - 1);
    expect(JSON.stringify(found.custom)).toBe(json);
  });

  it.each([
    ['a text', '"x"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['6 levels deep', '{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}'],
    ['2,049 bytes', JSON.stringify({ a: 'x'.repeat(2_041) })],
    ['a number that no double holds', '{"a":[1e400]}'],
    ['half a character', '{"a":"\\ud83e"}'],
    ['half a character in a name', '{"\\ud83e":1}'],
  ])('that is or has %s is refused, and nothing is stored', async (_, json) => {
    const before = await lastSeq();
    const body = `{"text":"Hi","custom":${json}}`;
    const headers = { 'idempotency-key': crypto.randomUUID(), 'content-type': 'application/json' };
    const answer = await fetch(`${url}/conversations/${id}/messages/`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${ada.access}` },
      body,
    });
    expect(answer.status).toBe(400);
    const { code, errors } = (await answer.json()) as { code: string; errors: object };
    expect(code).toBe('validation_failed');
    expect(Object.keys(errors)[0]).toMatch(/^custom/);
    const phone = await device(url, ada);
    const frame = `{"action":"message.send","conversation":"${id}","client_id":"${crypto.randomUUID()}",${body.slice(1)}`;
    phone.send(frame);
    expect(await phone.next()).toMatchObject({ type: 'error', code: 'validation_failed' });
    expect(await lastSeq()).toBe(before);
  });

  it.each(['custom', 'mentions'])(
    'that is nested 5,000 deep in one of several messages is refused: %s',
    async (name) => {
      const deep = `${'[{"a":'.repeat(2_500)}1${'}]'.repeat(2_500)}`;
      const one = `{"client_id":"${crypto.randomUUID()}","text":"Hi","${name}":{"a":${deep}}}`;
      const phone = await device(url, ada);
      phone.send(`{"action":"message.send","conversation":"${id}","messages":[${one}]}`);
      expect(await phone.next()).toMatchObject({ type: 'error', code: 'validation_failed' });
    },
  );

  it('counts toward the bytes of several messages', async () => {
    const messages = Array.from({ length: 20 }, () => ({
      client_id: crypto.randomUUID(),
      text: 'x',
      custom: { a: 'x'.repeat(1_300) },
    }));
    const answer = await api.post(`/conversations/${id}/messages/`, { messages }, { token: ada.access });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: { messages: [expect.stringContaining('24576')] } },
    });
  });
});
