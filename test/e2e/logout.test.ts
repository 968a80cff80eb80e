import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { conversationOf } from './support/devices.ts';
import { logIn, logOut, type Person, people, person } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));
const refresh = (token: string) => api.post('/users/token/refresh/', { refresh: token });

describe('logging out', () => {
  it('answers 204 without a body, and the refresh token no longer works', async () => {
    const ada = await person(api);
    expect(await logOut(api, ada)).toMatchObject({ status: 204, body: undefined });
    expect(await refresh(ada.refresh)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });

  it('ends that session only', async () => {
    const ada = await person(api);
    const second = await logIn(api, ada);
    expect(await logOut(api, second)).toMatchObject({ status: 204 });
    expect(await refresh(ada.refresh)).toMatchObject({ status: 200 });
  });

  it('can end another session of the same user', async () => {
    const ada = await person(api);
    const second = await logIn(api, ada);
    expect(await logOut(api, { access: ada.access, refresh: second.refresh })).toMatchObject({ status: 204 });
    expect(await refresh(second.refresh)).toMatchObject({ status: 401 });
    expect(await refresh(ada.refresh)).toMatchObject({ status: 200 });
  });

  it('ends the access token at once, for every request, and no other session', async () => {
    const ada = await person(api);
    const charles = await person(api);
    const second = await logIn(api, ada);
    await logOut(api, second);
    const conversation = conversationOf(ada, charles);
    const requests: [method: string, path: string, body?: object][] = [
      ['GET', '/users/'],
      ['GET', '/users/me/'],
      ['PATCH', '/users/me/', { first_name: 'Eve' }],
      ['GET', '/users/me/sessions/'],
      ['DELETE', '/users/me/sessions/'],
      ['DELETE', '/users/me/sessions/00000000-0000-0000-0000-000000000000/'],
      ['GET', `/users/${charles.id}/`],
      ['GET', '/users/nobody/'],
      ['GET', `/chat/history/${charles.id}/`],
      ['GET', '/conversations/'],
      ['GET', `/conversations/${conversation}/`],
      ['GET', `/conversations/${conversation}/messages/`],
      ['POST', `/conversations/${conversation}/messages/`, { text: 'Still here' }],
      ['POST', '/users/logout/', { refresh_token: ada.refresh }],
    ];
    for (const [method, path, body] of requests) {
      const options = { token: second.access, headers: { 'idempotency-key': randomUUID() } };
      const reply = await api.send(method, path, body, options);
      expect([path, reply.status, reply.body.code]).toEqual([path, 401, 'token_invalid']);
    }
    const me = await api.get('/users/me/', { token: ada.access });
    expect(me.status).toBe(200);
    expect(me.body.first_name).not.toBe('Eve');
    expect(await api.get(`/chat/history/${charles.id}/`, { token: ada.access })).toMatchObject({
      body: { count: 0 },
    });
  });

  it('works once', async () => {
    const ada = await person(api);
    await logOut(api, ada);
    expect(await logOut(api, ada)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });
});

describe('logging out is refused', () => {
  let ada: Person;
  let eve: Person;
  beforeAll(async () => {
    [ada, eve] = await people(api, 2);
  });

  it("with another user's refresh token, which still works", async () => {
    expect(await logOut(api, { access: eve.access, refresh: ada.refresh })).toMatchObject({
      status: 401,
      body: { code: 'token_invalid' },
    });
    const { status, body } = await refresh(ada.refresh);
    expect(status).toBe(200);
    ada = { ...ada, ...body };
  });

  it('without an access token', async () => {
    const reply = await api.post('/users/logout/', { refresh_token: ada.refresh });
    expect(reply).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each(['garbage', '...', 'a.b.c.d', '\u0000'])('with garbage: %j', async (token) => {
    expect(await logOut(api, { access: ada.access, refresh: token })).toMatchObject({
      status: 401,
      body: { code: 'token_invalid' },
    });
  });

  it('with an access token instead of the refresh token', async () => {
    expect(await logOut(api, { access: ada.access, refresh: ada.access })).toMatchObject({
      status: 401,
      body: { code: 'token_invalid' },
    });
  });

  it.each([[undefined], [null], [7], [{}], [['x']]])('with a refresh token that is %j', async (token) => {
    const reply = await api.post('/users/logout/', { refresh_token: token }, { token: ada.access });
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { refresh_token: [expect.any(String)] } },
    });
  });

  it('and the session continues after all of these', async () => {
    expect(await refresh(ada.refresh)).toMatchObject({ status: 200 });
  });
});
