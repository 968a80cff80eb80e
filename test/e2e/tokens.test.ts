import { beforeAll, describe, expect, inject, it } from 'vitest';
import { forgedTokens } from './support/forged-tokens.ts';
import { type Person, people } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';
import { refusal } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let bad: [what: string, token: string][];

beforeAll(async () => {
  [ada, charles] = await people(api, 2);
  const { body } = await api.get('/.well-known/jwks.json');
  bad = [...(await forgedTokens(ada.access, body.keys[0])), ['the refresh token', ada.refresh]];
});

type Call = (options: { token?: string; headers?: Record<string, string> }) => Promise<Reply>;
const calls: [string, Call][] = [
  ['GET /users/', (options) => api.get('/users/', options)],
  ['GET /chat/history/{user_id}/', (options) => api.get(`/chat/history/${charles.id}/`, options)],
  ['POST /users/logout/', (options) => api.post('/users/logout/', { refresh_token: ada.refresh }, options)],
];

describe.each(calls)('%s', (_name, call) => {
  it('answers 401 without a token', async () => {
    const reply = await call({});
    expect(reply).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YWRhOmFkYQ==', 'Token x', 'Bearer a b'])(
    'answers 401 to `Authorization: %s`',
    async (authorization) => {
      const reply = await call({ headers: { authorization } });
      expect(reply.status).toBe(401);
      expect(['not_authenticated', 'token_invalid']).toContain(reply.body.code);
    },
  );

  it('answers 401 token_invalid to every forged token', async () => {
    for (const [what, token] of bad) {
      const { status, body } = await call({ token });
      expect({ what, status, code: body.code }).toEqual({ what, status: 401, code: 'token_invalid' });
    }
  });

  it('answers 401 when the body is wrong too: the token is checked first', async () => {
    expect((await api.post('/users/logout/', '{', { token: 'garbage' })).status).toBe(401);
  });
});

it('accepts the scheme in any letter case (RFC 9110, 11.1)', async () => {
  expect(await api.get('/users/', { headers: { authorization: `bearer ${ada.access}` } })).toMatchObject({
    status: 200,
  });
});

it('accepts no token from a query', async () => {
  expect(await api.get(`/users/?token=${ada.access}&access_token=${ada.access}`)).toMatchObject({
    status: 401,
  });
});

it('keeps the session alive through all of these', async () => {
  expect(await api.post('/users/token/refresh/', { refresh: ada.refresh })).toMatchObject({ status: 200 });
});

describe('the handshake of a socket', () => {
  it('is refused with 401 without a token', async () => {
    expect(await refusal(url, { peer: charles.id })).toBe(401);
    expect(await refusal(url, { peer: charles.id, protocols: ['parley'] })).toBe(401);
    expect(await refusal(url, { path: `/ws/chat/${charles.id}/?token=${ada.access}` })).toBe(401);
  });

  it.each(['header', 'subprotocol'] as const)(
    'is refused with 401 to every forged token, carried by %s',
    async (carry) => {
      for (const [what, token] of bad) {
        // A subprotocol is a token of RFC 9110, 5.6.2. A client cannot send the others.
        if (carry === 'subprotocol' && !/^[\w.%-]+$/.test(token)) continue;
        expect([what, await refusal(url, { peer: charles.id, carry, token })]).toEqual([what, 401]);
      }
    },
  );

  it('is refused with 401 for another scheme', async () => {
    expect(await refusal(url, { peer: charles.id, headers: { authorization: 'Basic YWRhOmFkYQ==' } })).toBe(
      401,
    );
  });
});
