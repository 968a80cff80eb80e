import { beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATIONS } from '../contract/document.ts';
import { conversationOf } from './support/devices.ts';
import { sendMessage } from './support/messages.ts';
import { people } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

let token: string;
let id: string;
let conversation: string;
beforeAll(async () => {
  const [ada, charles] = await people(api, 2);
  ({ access: token, id } = ada);
  conversation = conversationOf(ada, charles);
  await sendMessage(api, ada, conversation, 'There is one.');
});

describe('every path answers with and without its trailing slash, without a redirect', () => {
  it.each([
    '/users',
    '/users/me',
    '/users/me/export',
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
    '/reports',
    '/conversations',
    '/conversations/{id}/messages',
    '/invitations/preview',
    '/invitations/join',
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

  it.each(['PATCH', 'DELETE'])(
    '%s /conversations/{id}/messages/1, of which there is none',
    async (method) => {
      const ask = (path: string) => api.send(method, path, { text: 'x', version: 1 }, { token });
      const without = await ask(`/conversations/${id}/messages/1`);
      expect(without).toMatchObject({ status: 404, body: { code: 'conversation_not_found' } });
      expect((await ask(`/conversations/${id}/messages/1/`)).body).toEqual(without.body);
    },
  );

  it.each([
    ['PATCH', '/conversations/{id}', { title: 'x' }],
    ['PATCH', '/conversations/{id}/settings', { unread: true }],
    ['PUT', '/conversations/{id}/members/{id}', { role: 'member' }],
    ['DELETE', '/conversations/{id}/members/{id}', undefined],
    ['GET', '/conversations/{id}/invitations', undefined],
    ['POST', '/conversations/{id}/invitations', undefined],
    ['DELETE', '/conversations/{id}/invitations/{id}', undefined],
  ])('%s %s, of which there is none', async (method, path, body) => {
    const ask = (at: string) => api.send(method, at.replaceAll('{id}', id), body, { token });
    const without = await ask(path);
    expect(without).toMatchObject({ status: 404, body: { code: 'conversation_not_found' } });
    expect((await ask(`${path}/`)).body).toEqual(without.body);
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
    '/conversations/a/messages/1/2',
    '/conversations/a/b/',
    '/conversations/a/members',
    '/conversations/a/members/',
    '/conversations/a/members/b/c',
    '/conversations/a/invitations/b/c',
    '/invitations',
    '/invitations/',
    '/invitations/a',
    '/invitations/preview/b',
    '/invitations/join/b/',
    '/reports/x',
    '/reports/x/resolve/y',
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
    ['HEAD', '/users/register/', 'POST'],
    ['HEAD', '/users/token', 'POST'],
    ['PUT', '/users/token/', 'POST'],
    ['DELETE', '/users/token/refresh', 'POST'],
    ['PATCH', '/users/logout/', 'POST'],
    ['POST', '/users/', 'GET, HEAD'],
    ['POST', '/users/me/', 'GET, HEAD, PATCH, DELETE'],
    ['PUT', '/users/me', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/users/me/password/', 'POST'],
    ['GET', '/ws/ticket/', 'POST'],
    ['POST', '/users/me/export/', 'GET, HEAD'],
    ['PUT', '/users/token/exchange', 'POST'],
    ['POST', '/users/me/sessions/', 'GET, HEAD, DELETE'],
    ['PATCH', '/users/me/sessions', 'GET, HEAD, DELETE'],
    ['GET', '/users/me/sessions/00000000-0000-0000-0000-000000000000/', 'DELETE'],
    ['HEAD', '/users/me/sessions/00000000-0000-0000-0000-000000000000', 'DELETE'],
    ['PATCH', '/users/me/sessions/00000000-0000-0000-0000-000000000000/', 'DELETE'],
    ['PATCH', '/users/00000000-0000-0000-0000-000000000000/', 'GET, HEAD'],
    ['DELETE', '/users/me/blocks/', 'GET, HEAD'],
    ['GET', '/users/00000000-0000-0000-0000-000000000000/block/', 'PUT, DELETE'],
    ['POST', '/users/00000000-0000-0000-0000-000000000000/block', 'PUT, DELETE'],
    ['POST', '/users/00000000-0000-0000-0000-000000000000/suspension', 'PUT, DELETE'],
    ['POST', '/users/00000000-0000-0000-0000-000000000000/audit/', 'GET, HEAD'],
    ['DELETE', '/reports/', 'POST, GET, HEAD'],
    ['GET', '/reports/x/resolve/', 'POST'],
    ['PUT', '/conversations/', 'GET, HEAD, POST'],
    ['PATCH', '/conversations', 'GET, HEAD, POST'],
    ['PUT', '/conversations/a/', 'GET, HEAD, PATCH, DELETE'],
    ['POST', '/conversations/a', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/conversations/a/settings/', 'PATCH'],
    ['PUT', '/conversations/a/settings', 'PATCH'],
    ['GET', '/conversations/a/members/b/', 'PUT, DELETE'],
    ['POST', '/conversations/a/members/b', 'PUT, DELETE'],
    ['PATCH', '/conversations/a/members/b/', 'PUT, DELETE'],
    ['PUT', '/conversations/a/invitations/', 'GET, HEAD, POST'],
    ['GET', '/conversations/a/invitations/b', 'DELETE'],
    ['GET', '/invitations/preview/', 'POST'],
    ['DELETE', '/invitations/join', 'POST'],
    ['PATCH', '/conversations/a/messages', 'GET, HEAD, POST'],
    ['DELETE', '/users', 'GET, HEAD'],
    ['POST', '/chat/history/00000000-0000-0000-0000-000000000000/', 'GET, HEAD'],
    ['POST', '/schema/', 'GET, HEAD'],
    ['PUT', '/schema/swagger-ui/', 'GET, HEAD'],
    ['DELETE', '/.well-known/jwks.json', 'GET, HEAD'],
  ])('%s %s', async (method, path, allowed) => {
    const reply = await api.request(method, path, { token });
    expect(reply).toMatchObject({
      status: 405,
      ...(method !== 'HEAD' && { body: { code: 'method_not_allowed' } }),
    });
    expect(reply.headers.get('allow')).toBe(allowed);
  });
});

describe('HEAD answers as GET, without the body', () => {
  // These belong to one request or its connection.
  const own = ['age', 'apigw-requestid', 'connection', 'date', 'keep-alive', 'x-amz-cf-id', 'x-cache'];
  const told = ({ headers }: Reply) =>
    Object.fromEntries([...headers].filter(([name]) => !own.includes(name)).sort());

  it.each([
    ...OPERATIONS.filter(({ method }) => method === 'GET').flatMap(({ path }) => [path, `${path}/`]),
    '/users?limit=1',
    '/users?limit=none',
    '/users/00000000-0000-0000-0000-000000000000',
  ])('%s', async (path) => {
    const at = path
      .replace('{user_id}', id)
      .replace('{conversation}', conversation)
      .replace('{asset}', 'start.js');
    const [get, head] = await Promise.all([api.get(at, { token }), api.request('HEAD', at, { token })]);
    expect(head.status).toBe(get.status);
    expect(told(head)).toEqual(told(get));
    expect(head.body).toBeUndefined();
  });

  it('to a caller without a token too', async () => {
    const head = await api.request('HEAD', '/users/me/');
    expect([head.status, head.headers.get('www-authenticate'), head.body]).toEqual([
      401,
      'Bearer',
      undefined,
    ]);
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
