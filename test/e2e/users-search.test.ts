import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { logIn, registration } from './support/people.ts';
import { rest } from './support/rest.ts';

const url = inject('parleyUrl');
const api = rest(url);

/** No other name begins with this. */
const prefix = `Search-${randomBytes(6).toString('hex')}`;
/** In the order of their names, without regard to letter case. */
const names = ['', '+1', '.b', '_', 'Alma', 'alma2', 'BERTA', 'berthold', 'carl'].map((end) => prefix + end);
const folded = (list: string[]) => list.map((name) => name.toLowerCase()).toSorted();

let token: string;
beforeAll(async () => {
  const registrations = names.map((username) => registration({ username }));
  for (const one of registrations) expect((await api.post('/users/register/', one)).status).toBe(201);
  token = (await logIn(api, registrations[0] as { email: string; password: string })).access;
});

const search = async (text: string, more = '') =>
  await api.get(`/users/?search=${encodeURIComponent(text)}${more}`, { token });
const found = (body: { results: { username: string }[] }) => body.results.map(({ username }) => username);

describe('the users whose name begins with the text', () => {
  it('are found in the order of their names, with ids and names and nothing else', async () => {
    const { status, body } = await search(prefix);
    expect(status).toBe(200);
    expect(folded(found(body))).toEqual(folded(names));
    expect(found(body).map((name) => name.toLowerCase())).toEqual(folded(names));
    expect(body).toMatchObject({ count: null, next: null, previous: null });
    for (const user of body.results)
      expect(user).toEqual({ id: expect.any(String), username: expect.any(String) });
  });

  it.each([
    ['as it is written', `${prefix}Al`, ['Alma', 'alma2']],
    ['in lower case', `${prefix}al`.toLowerCase(), ['Alma', 'alma2']],
    ['in upper case', `${prefix}BERT`.toUpperCase(), ['BERTA', 'berthold']],
    ['with a point, which stands for itself', `${prefix}.`, ['.b']],
    ['with a plus', `${prefix}+`, ['+1']],
    ['with an underscore, which stands for itself', `${prefix}_`, ['_']],
    ['to the last letter', `${prefix}carl`, ['carl']],
    ['and a letter too many', `${prefix}carla`, []],
    ['but only at the beginning', 'lma', []],
  ])('are found %s', async (_how, text, ends) => {
    const mine = found((await search(text, '&limit=100')).body).filter((name) => name.startsWith(prefix));
    expect(mine).toEqual(ends.map((end) => prefix + end));
  });

  it('are paged by `next`, and back by `previous`, within the search', async () => {
    const pages: string[][] = [];
    let body = (await search(prefix, '&limit=4')).body;
    for (;;) {
      pages.push(found(body));
      if (body.next === null) break;
      body = (await api.get(body.next.slice(url.length), { token })).body;
    }
    expect(pages.map((page) => page.length)).toEqual([4, 4, 1]);
    expect(folded(pages.flat())).toEqual(folded(names));
    expect(new Set(pages.flat()).size).toBe(names.length);
    body = (await api.get(body.previous.slice(url.length), { token })).body;
    expect(found(body)).toEqual(pages[1]);
    body = (await api.get(body.previous.slice(url.length), { token })).body;
    expect(found(body)).toEqual(pages[0]);
    expect(body.previous).toBeNull();
  });

  it('are found as soon as they have registered', async () => {
    const late = registration({ username: `${prefix}zoe` });
    await api.post('/users/register/', late);
    await vi.waitFor(
      async () => expect(found((await search(late.username)).body)).toEqual([late.username]),
      10_000,
    );
  });

  it('are not shown to a caller without a token', async () => {
    expect((await api.get(`/users/?search=${prefix}`)).status).toBe(401);
  });
});

describe('a search is refused', () => {
  it.each([
    ['for nothing', ''],
    ['for a blank', ' '],
    ['for what no name holds', 'ada lovelace'],
    ['for another script', 'ада'],
    ['for a key of the table', 'NAME#'],
    ['for a character of control', '\0'],
    ['for 151 characters', 'x'.repeat(151)],
  ])('%s', async (_what, text) => {
    expect(await search(text)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { search: [expect.any(String)] } },
    });
  });

  it('with a limit of 0', async () => {
    expect(await search(prefix, '&limit=0')).toMatchObject({
      status: 400,
      body: { errors: { limit: [expect.any(String)] } },
    });
  });
});
