import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Person, people, person } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));
const url = inject('parleyUrl');

let crowd: [Person, ...Person[]];
let token: string;
beforeAll(async () => {
  crowd = await people(api, 12);
  token = crowd[0].access;
});

const list = (query = '') => api.get(`/users/${query}`, { token });
/** `next` and `previous` are absolute. A test follows them as a client would. */
const follow = (link: string) => {
  expect(link.startsWith(`${url}/users/`), `${link} leads to the same deployment`).toBe(true);
  return api.get(link.slice(url.length), { token });
};

describe('the list of users', () => {
  it('shows ten at a time, with ids and usernames and nothing else', async () => {
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body.results).toHaveLength(10);
    for (const user of body.results)
      expect(user).toEqual({ id: expect.any(String), username: expect.any(String) });
    expect(body.previous).toBeNull();
    expect(body.next).toEqual(expect.any(String));
  });

  it.each([1, 3, 100])('shows %i if the limit says so', async (limit) => {
    const { body } = await list(`?limit=${limit}`);
    expect(body.results.length).toBeLessThanOrEqual(limit);
    expect(body.results.length).toBeGreaterThan(0);
  });

  it('by following `next` shows everybody once', async () => {
    const seen: string[] = [];
    // Some eight pages, however many users the other tests have registered.
    const { count } = (await list()).body;
    let page = await list(`?limit=${Math.min(100, Math.ceil(count / 8))}`);
    for (;;) {
      seen.push(...page.body.results.map(({ id }: { id: string }) => id));
      if (page.body.next === null) break;
      page = await follow(page.body.next);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(crowd.map(({ id }) => id)));
  });

  it('leads back by `previous` to the former page', async () => {
    const first = await list('?limit=4');
    const second = await follow(first.body.next);
    expect(second.body.previous).toEqual(expect.any(String));
    const back = await follow(second.body.previous);
    // Other users register meanwhile. So a page may have moved, but it cannot begin with users of the second page.
    expect(back.body.results.length).toBeGreaterThan(0);
    expect(back.body.results[0].username < second.body.results[0].username).toBe(true);
  });

  it('skips `offset` users', async () => {
    const { body: all } = await list('?limit=100');
    const { body: rest } = await list('?limit=100&offset=2');
    expect(rest.results[0].username > all.results[0].username).toBe(true);
    expect(rest.previous).toEqual(expect.any(String));
  });

  it('is empty past the end', async () => {
    const { status, body } = await list('?offset=1000');
    expect(status).toBe(200);
    if (body.count > 1000) return;
    expect(body).toMatchObject({ results: [], next: null, previous: expect.any(String) });
    const last = await follow(body.previous);
    expect(last.body.next).toBeNull();
    expect(last.body.results.length).toBeGreaterThan(0);
  });

  it('counts a new account within seconds', async () => {
    const { body: before } = await list('?limit=1');
    await person(api);
    await vi.waitFor(async () => expect((await list('?limit=1')).body.count).toBeGreaterThan(before.count), {
      timeout: 15_000,
      interval: 200,
    });
  });

  it('shows a new account', async () => {
    const { id } = await person(api);
    const everybody = async () => {
      const ids: string[] = [];
      for (let page = await list('?limit=100'); ; page = await follow(page.body.next)) {
        ids.push(...page.body.results.map((user: { id: string }) => user.id));
        if (page.body.next === null) return ids;
      }
    };
    await vi.waitFor(async () => expect(await everybody()).toContain(id), { timeout: 15_000, interval: 200 });
  });
});

describe('the page size of a list is limited: limit', () => {
  it.each(['101', '1000', '100000000000000000000'])('%s counts as 100', async (limit) => {
    const { status, body } = await list(`?limit=${limit}`);
    expect(status).toBe(200);
    expect(body.results.length).toBeLessThanOrEqual(100);
  });

  it.each([
    '0',
    '-1',
    'abc',
    '1.5',
    '',
    '1e2',
    '0x10',
    '%20',
    '٣',
    '-100000000000000000000',
    'NaN',
    'Infinity',
  ])('%s is refused', async (limit) => {
    const reply = await list(`?limit=${limit}`);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { limit: [expect.any(String)] } },
    });
  });
});

describe('the position in a list: offset', () => {
  it.each(['-1', 'abc', '1.5', '', 'NaN', '1001', '100000000000000000000'])(
    '%s is refused',
    async (offset) => {
      const reply = await list(`?offset=${offset}`);
      expect(reply).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: { offset: [expect.any(String)] } },
      });
    },
  );

  it.each(['garbage', '', 'eyJwayI6IlVTRVIjMSJ9', '%00', 'x'.repeat(2000)])(
    'a cursor %s that nobody gave is refused',
    async (cursor) => {
      const reply = await list(`?cursor=${cursor}`);
      expect(reply).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: { cursor: [expect.any(String)] } },
      });
    },
  );
});
