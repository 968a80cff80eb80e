import { beforeAll, describe, expect, inject, it } from 'vitest';
import { conversationOf } from './support/devices.ts';
import { type Stored, sendMessage, toldTo } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
let conversation: string;
/** The messages, oldest first. */
const said: Stored[] = [];

beforeAll(async () => {
  [ada, charles, eve] = await people(api, 3);
  conversation = conversationOf(ada, charles);
  for (let i = 1; i <= 25; i += 1) {
    said.push(await sendMessage(api, i % 2 ? ada : charles, conversation, `message ${i}`));
  }
});

const read = (query = '', { who = ada, id = conversation } = {}) =>
  api.get(`/conversations/${id}/messages/${query}`, { token: who.access });
const seqs = (body: { results: Stored[] }) => body.results.map(({ seq }) => seq);
const follow = async (link: string) => {
  expect(link.startsWith(`${url}/conversations/${conversation}/messages/?`)).toBe(true);
  return (await api.get(link.slice(url.length), { token: ada.access })).body;
};
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a conversation’s messages', () => {
  it('are the ten newest, oldest first, each as it was stored', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body).toEqual({
      last_seq: 25,
      last_change: 0,
      older: `${url}/conversations/${conversation}/messages/?before=16&limit=10`,
      newer: null,
      results: toldTo(ada, said.slice(15)),
    });
  });

  it('are the same for both members, except the client ids of the own messages', async () => {
    const { body } = await read();
    const results = toldTo(charles, said.slice(15));
    expect((await read('', { who: charles })).body).toEqual({ ...body, results });
  });

  it.each([
    ['?limit=3', [23, 24, 25]],
    ['?before=10&limit=3', [7, 8, 9]],
    ['?before=3', [1, 2]],
    ['?before=1', []],
    ['?before=0', []],
    ['?before=26&limit=2', [24, 25]],
    ['?before=100000000000000000000&limit=2', [24, 25]],
    ['?after=0&limit=3', [1, 2, 3]],
    ['?after=10&limit=3', [11, 12, 13]],
    ['?after=23', [24, 25]],
    ['?after=25', []],
    ['?after=26', []],
    ['?after=9007199254740991', []],
    ['?after=100000000000000000000', []],
    ['?around=10&limit=5', [8, 9, 10, 11, 12]],
    ['?around=10&limit=4', [8, 9, 10, 11]],
    ['?around=10&limit=1', [10]],
    ['?around=1&limit=5', [1, 2, 3, 4, 5]],
    ['?around=0&limit=5', [1, 2, 3, 4, 5]],
    ['?around=2&limit=5', [1, 2, 3, 4, 5]],
    ['?around=25&limit=5', [21, 22, 23, 24, 25]],
    ['?around=24&limit=5', [21, 22, 23, 24, 25]],
    ['?around=100000000000000000000&limit=5', [21, 22, 23, 24, 25]],
    ['?around=7&limit=100', upTo(1, 25)],
    ['?limit=101', upTo(1, 25)],
    ['?limit=100000000000000000000', upTo(1, 25)],
  ])('with %s are %j, and the links lead to all others', async (query, expected) => {
    const { status, body } = await read(query);
    expect(status).toBe(200);
    expect(seqs(body)).toEqual(expected);
    expect(body.last_seq).toBe(25);
    const older: number[] = [];
    for (let page = body; page.older; ) {
      page = await follow(page.older);
      older.unshift(...seqs(page));
    }
    const newer: number[] = [];
    for (let page = body; page.newer; ) {
      page = await follow(page.newer);
      newer.push(...seqs(page));
    }
    expect([...older, ...expected, ...newer]).toEqual(upTo(1, 25));
  });

  it('have no delay: a stored message is there', async () => {
    const id = conversationOf(ada, eve);
    for (let i = 1; i <= 5; i += 1) {
      const sent = await sendMessage(api, ada, id, `message ${i}`);
      expect((await read('?limit=1', { who: eve, id })).body).toMatchObject({
        last_seq: i,
        results: toldTo(eve, [sent]),
      });
    }
  });
});

describe('a conversation’s messages are refused', () => {
  it.each(['before', 'after', 'around'])('with a bad `%s`', async (edge) => {
    for (const seq of ['-1', '1.5', 'abc', '', '1e2', '0x10', '%20', '٣', 'null', 'NaN']) {
      expect(await read(`?${edge}=${seq}`), seq).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: { [edge]: [expect.any(String)] } },
      });
    }
  });

  it.each(['0', '-1', '1.5', 'abc', ''])('with limit=%s', async (limit) => {
    expect(await read(`?after=1&limit=${limit}`)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { limit: [expect.any(String)] } },
    });
  });

  it.each(['?before=9&after=3', '?after=3&around=4', '?before=1&around=2', '?before=1&after=2&around=3'])(
    'for %s, which asks for two parts at once',
    async (query) => {
      expect(await read(query)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    },
  );

  it('to a caller without a token', async () => {
    expect((await api.get(`/conversations/${conversation}/messages/`)).status).toBe(401);
  });

  it('to a stranger, as if the conversation did not exist', async () => {
    const answer = async (who: Person, id: string) => {
      const { status, body } = await read('', { who, id });
      expect(status).toBe(404);
      return JSON.parse(JSON.stringify(body).replaceAll(id, 'ID'));
    };
    const unknown = await answer(eve, [crypto.randomUUID(), crypto.randomUUID()].sort().join('.'));
    expect(unknown).toMatchObject({ code: 'conversation_not_found' });
    expect(await answer(eve, conversation)).toEqual(unknown);
    // Her own conversation with Charles, which has no message yet.
    expect(await answer(eve, conversationOf(eve, charles))).toEqual(unknown);
    for (const id of [eve.id, 'x', `${eve.id}.${eve.id}`, conversation.split('.').reverse().join('.')])
      expect(await answer(eve, id), id).toEqual(unknown);
  });
});
