import { decodeJwt } from 'jose';
import { describe, expect, inject, it } from 'vitest';
import { people, person } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));
const refresh = (token: unknown): Promise<Reply> => api.post('/users/token/refresh/', { refresh: token });

describe('refreshing', () => {
  it('gives a new pair for the same session, which must not be cached', async () => {
    const ada = await person(api);
    const { status, headers, body } = await refresh(ada.refresh);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect([body.access, body.refresh]).not.toContain(ada.access);
    expect(body.refresh).not.toBe(ada.refresh);
    const { sub, sid } = decodeJwt(ada.access);
    expect(decodeJwt(body.access)).toMatchObject({ sub, sid });
    expect(await api.get('/users/', { token: body.access })).toMatchObject({ status: 200 });
  });

  it('works repeatedly, each time with the newest token', async () => {
    let token = (await person(api)).refresh;
    for (let round = 0; round < 4; round += 1) {
      const { status, body } = await refresh(token);
      expect(status).toBe(200);
      token = body.refresh;
    }
  });

  it('gives the same successor again when the answer got lost, and continues from there', async () => {
    const { refresh: token } = await person(api);
    const { body: lost } = await refresh(token);
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    expect(body.refresh).toBe(lost.refresh);
    expect(await api.get('/users/', { token: body.access })).toMatchObject({ status: 200 });
    expect(await refresh(body.refresh)).toMatchObject({ status: 200 });
  });

  it('gives ten requests at once the same successor, and all continue with it', async () => {
    const { refresh: token } = await person(api);
    const replies = await Promise.all(Array.from({ length: 10 }, () => refresh(token)));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(replies.map(({ body }) => body.refresh)).size).toBe(1);
  });

  it('ends the session when a token comes back after its successor was used, for the stolen and the genuine copy', async () => {
    const { refresh: first } = await person(api);
    const { body: second } = await refresh(first);
    const { body: third } = await refresh(second.refresh);
    expect(await refresh(first)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
    expect(await refresh(third.refresh)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });
});

describe('refreshing is refused with', () => {
  it('an access token', async () => {
    const { access } = await person(api);
    expect(await refresh(access)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });

  it.each([
    ['garbage', 'garbage'],
    ['nothing but dots', '...'],
    ['ids that are none', 'a.b.c.d'],
    ['key separators', 'USER#1.SESSION#1.x.y'],
    ['control characters', '\u0000.\u0001.\u0002.\u0003'],
    ['4,096 characters', 'x'.repeat(4096)],
  ])('%s', async (_what, token) => {
    expect(await refresh(token)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });

  it.each([[undefined], [null], [7], [['x']], [{}], [''], ['x'.repeat(4097)]])('%j', async (token) => {
    const reply = await refresh(token);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { refresh: [expect.any(String)] } },
    });
  });

  it('a guessed token of a known session, which continues', async () => {
    const ada = await person(api);
    const [user, session] = ada.refresh.split('.');
    const guess = [user, session, 'A'.repeat(43), 'B'.repeat(43)].join('.');
    expect(await refresh(guess)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
    expect(await refresh(ada.refresh)).toMatchObject({ status: 200 });
  });

  it("the secrets of one user under another user's id", async () => {
    const [ada, eve] = await people(api, 2);
    const [user, session] = ada.refresh.split('.');
    const forged = [user, session, ...eve.refresh.split('.').slice(2)].join('.');
    expect(await refresh(forged)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
    expect(await refresh(ada.refresh)).toMatchObject({ status: 200 });
  });
});
