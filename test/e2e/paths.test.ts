import { beforeAll, describe, expect, inject, it } from 'vitest';
import { person } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

let token: string;
let id: string;
beforeAll(async () => {
  ({ access: token, id } = await person(api));
});

describe('every path answers with and without its trailing slash, without a redirect', () => {
  it.each([
    '/users',
    '/users/me',
    '/users/{id}',
    '/chat/history/{id}',
    '/conversations',
    '/schema',
    '/schema/swagger-ui',
  ])('GET %s', async (path) => {
    const [without, slash] = await Promise.all([
      api.get(path.replace('{id}', id), { token }),
      api.get(`${path.replace('{id}', id)}/`, { token }),
    ]);
    expect(without.status).toBe(200);
    expect(slash.status).toBe(200);
    expect(slash.headers.get('content-type')).toBe(without.headers.get('content-type'));
  });

  it.each([
    '/users/register',
    '/users/token',
    '/users/token/refresh',
    '/users/logout',
    '/conversations/{id}/messages',
  ])('POST %s', async (path) => {
    const [without, slash] = await Promise.all([
      api.post(path, {}, { token }),
      api.post(`${path}/`, {}, { token }),
    ]);
    expect(without).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(slash.body).toEqual(without.body);
  });

  it('PATCH /users/me', async () => {
    for (const path of ['/users/me', '/users/me/']) {
      expect(await api.patch(path, {}, { token })).toMatchObject({ status: 200, body: { id } });
    }
  });

  it.each(['/conversations/{id}', '/conversations/{id}/messages'])(
    'GET %s, of which there is none',
    async (path) => {
      const [without, slash] = await Promise.all([api.get(path, { token }), api.get(`${path}/`, { token })]);
      expect(without).toMatchObject({ status: 404, body: { code: 'conversation_not_found' } });
      expect(slash.body).toEqual(without.body);
    },
  );

  it('keeps the query', async () => {
    const [without, slash] = await Promise.all([
      api.get('/users?limit=1', { token }),
      api.get('/users/?limit=1', { token }),
    ]);
    expect(without.body.results).toHaveLength(1);
    expect(slash.body.results).toHaveLength(1);
  });
});

describe('an unknown path answers 404', () => {
  it.each([
    '/users/nobody/knows',
    '/users/me/too',
    '/users/register/now',
    '/users/token/refresh/again',
    '/users/token/x/',
    '/chat',
    '/chat/history',
    '/chat/history/',
    '/chat/history/a/b',
    '/chat/history/a/b/',
    '/conversations/a/messages/1',
    '/conversations/a/b/',
    '/schema/openapi.yaml',
    '/schema/swagger-ui/nothing.js',
    '/schema/swagger-ui/../index.mjs',
    '/schema/swagger-ui/..%2findex.mjs',
    '/schema/swagger-ui/..%2F..%2Findex.mjs',
    '/schema/swagger-ui/%00',
    '/.well-known/openid-configuration',
  ])('GET %s', async (path) => {
    expect(await api.get(path, { token })).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('a known path with another method answers 405 and says which methods it has', () => {
  it.each([
    ['GET', '/users/register/', 'POST'],
    ['PUT', '/users/token/', 'POST'],
    ['DELETE', '/users/token/refresh', 'POST'],
    ['PATCH', '/users/logout/', 'POST'],
    ['POST', '/users/', 'GET'],
    ['POST', '/users/me/', 'GET, PATCH'],
    ['DELETE', '/users/me', 'GET, PATCH'],
    ['PATCH', '/users/00000000-0000-0000-0000-000000000000/', 'GET'],
    ['POST', '/conversations/', 'GET'],
    ['PUT', '/conversations/a/', 'GET'],
    ['PATCH', '/conversations/a/messages', 'GET, POST'],
    ['DELETE', '/users', 'GET'],
    ['POST', '/chat/history/00000000-0000-0000-0000-000000000000/', 'GET'],
    ['POST', '/schema/', 'GET'],
    ['PUT', '/schema/swagger-ui/', 'GET'],
    ['DELETE', '/.well-known/jwks.json', 'GET'],
  ])('%s %s', async (method, path, allowed) => {
    const reply = await api.request(method, path, { token });
    expect(reply).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(reply.headers.get('allow')).toBe(allowed);
  });
});

describe('a malformed path is refused', () => {
  it.each([
    '/users/%',
    '/users/%FF',
    '/conversations/%/',
    '/conversations/%C3/messages',
    '/chat/history/%',
    '/chat/history/%E0%A4%A/',
    '/chat/history/%FF/',
    '/users?limit=%',
    '/users/?limit=1&limit=2',
  ])('GET %s', async (path) => {
    expect([400, 404]).toContain((await api.get(path, { token })).status);
  });
});
