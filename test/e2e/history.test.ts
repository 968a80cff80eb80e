import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
/** The messages, oldest first, as the socket delivered them. */
const said: Frame[] = [];

beforeAll(async () => {
  [ada, charles, eve] = await people(api, 3);
  const [hers, his] = await Promise.all([
    connect(url, { token: ada.access, peer: charles.id }),
    connect(url, { token: charles.access, peer: ada.id }),
  ]);
  for (let turn = 1; turn <= 6; turn += 1) {
    said.push(await hers.say(`${turn}: Does the engine run?`), await his.say(`${turn}: Not yet.`));
  }
});
afterAll(closeSockets);

const history = (of: Person, withId: string, query = '') =>
  api.get(`/chat/history/${withId}/${query}`, { token: of.access });
const texts = (body: { results: { message: string }[] }) => body.results.map(({ message }) => message);

describe('the history of a conversation', () => {
  it('shows the ten newest messages, newest first, with sender and receiver', async () => {
    const { status, body } = await history(ada, charles.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      count: 12,
      previous: null,
      next: expect.stringMatching(`^${url}/chat/history/${charles.id}/`),
    });
    expect(texts(body)).toEqual(
      said
        .map(({ message }) => message)
        .toReversed()
        .slice(0, 10),
    );
    expect(body.results[0]).toMatchObject({
      id: said.at(-1)?.id,
      seq: 12,
      sender: { id: charles.id, username: charles.username },
      receiver: { id: ada.id, username: ada.username },
      message: '6: Not yet.',
      created_at: said.at(-1)?.created_at,
      updated_at: said.at(-1)?.created_at,
    });
  });

  it('is the same for both', async () => {
    const [hers, his] = await Promise.all([history(ada, charles.id), history(charles, ada.id)]);
    expect(hers.body.results).toEqual(his.body.results);
  });

  it('is complete by following `next`, and back by `previous`', async () => {
    const seqs: number[] = [];
    let page = (await history(ada, charles.id, '?limit=5')).body;
    const shown = [page.results];
    while (page.next) {
      page = (await api.get(page.next.slice(url.length), { token: ada.access })).body;
      shown.push(page.results);
    }
    for (const results of shown) seqs.push(...results.map(({ seq }: { seq: number }) => seq));
    expect(seqs).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    while (page.previous) {
      shown.pop();
      page = (await api.get(page.previous.slice(url.length), { token: ada.access })).body;
      expect(page.results).toEqual(shown.at(-1));
    }
    expect(shown).toHaveLength(1);
  });

  it('repeats nothing by following `next` while new messages arrive', async () => {
    const [one, other] = await people(api, 2);
    const socket = await connect(url, { token: one.access, peer: other.id });
    for (let i = 1; i <= 5; i += 1) await socket.say(`${i}`);
    let page = (await history(one, other.id, '?limit=2')).body;
    const shown = texts(page);
    while (page.next) {
      await socket.say('meanwhile');
      page = (await api.get(page.next.slice(url.length), { token: one.access })).body;
      shown.push(...texts(page));
    }
    expect(shown).toEqual(['5', '4', '3', '2', '1']);
  });

  it.each([
    ['?limit=1', [12]],
    ['?limit=2&offset=3', [9, 8]],
    ['?offset=10', [2, 1]],
    ['?offset=12', []],
    ['?offset=100000000000000000000', []],
    ['?limit=100000000000000000000&offset=9', [3, 2, 1]],
  ])('with %s shows the messages %j', async (query, seqs) => {
    const reply = await history(ada, charles.id, query);
    if (query.includes('offset=1000') && reply.status === 400) return; // refusing such an offset is fine too
    expect(reply.body.results.map(({ seq }: { seq: number }) => seq)).toEqual(seqs);
    expect(reply.body.count).toBe(12);
  });

  it('shows a third person nothing of it', async () => {
    expect(await history(eve, ada.id)).toMatchObject({
      status: 200,
      body: { count: 0, results: [], next: null, previous: null },
    });
    expect((await history(eve, charles.id)).body.count).toBe(0);
  });

  it('is empty with oneself', async () => {
    expect(await history(ada, ada.id)).toMatchObject({
      status: 200,
      body: { count: 0, results: [], next: null, previous: null },
    });
  });
});

describe('the history is refused', () => {
  it('with an unknown user, named in `detail`', async () => {
    const id = crypto.randomUUID();
    const { status, body } = await history(ada, id);
    expect({ status, body }).toMatchObject({
      status: 404,
      body: { code: 'user_not_found', detail: expect.stringContaining(id) },
    });
  });

  it.each([
    '7',
    'nobody',
    'USER#1',
    'undefined',
    '00000000-0000-0000-0000-000000000000',
    "1'or'1",
    '%D1%8F',
    '%00',
    '%20',
    '%F0%9F%92%A9',
    'x'.repeat(1000),
  ])('with %s, which is not a user', async (id) => {
    const { status, body } = await history(ada, encodeURIComponent(decodeURIComponent(id)));
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'user_not_found' } });
  });

  it.each(['0', '-1', 'abc', '1.5'])('with limit=%s', async (limit) => {
    const reply = await history(ada, charles.id, `?limit=${limit}`);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { limit: [expect.any(String)] } },
    });
  });

  it.each(['-1', 'abc', '1.5'])('with offset=%s', async (offset) => {
    const reply = await history(ada, charles.id, `?offset=${offset}`);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { offset: [expect.any(String)] } },
    });
  });
});
