import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn, type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
beforeAll(async () => {
  [ada, charles] = await people(api, 2);
});
afterEach(closeSockets);

const ticketOf = async (access = ada.access): Promise<string> => {
  const { status, body } = await api.post('/ws/ticket/', undefined, { token: access });
  expect({ status, body }).toEqual({ status: 201, body: { ticket: expect.any(String), expires_in: 30 } });
  return body.ticket;
};

describe('a ticket', () => {
  it("opens a device's socket, and one socket only", async () => {
    const path = `/ws?ticket=${await ticketOf()}`;
    const socket = await connect(url, { path });
    expect(await socket.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
    expect(await refusal(url, { path })).toBe(401);
  });

  it.each([['/ws/chat/{user_id}/?ticket={ticket}'], ['/ws?user_id={user_id}&ticket={ticket}']])(
    'opens the socket of a conversation at %s',
    async (pattern) => {
      const path = pattern.replace('{user_id}', charles.id).replace('{ticket}', await ticketOf());
      const socket = await connect(url, { path });
      expect(await socket.say('by ticket')).toMatchObject({ type: 'chat.message', sender: ada.username });
    },
  );

  it('opens one socket of ten that want it at the same moment', async () => {
    const path = `/ws?ticket=${await ticketOf()}`;
    const statuses = await Promise.all(Array.from({ length: 10 }, () => refusal(url, { path })));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([101, ...Array(9).fill(401)]);
  });

  it('opens none after its session has ended', async () => {
    const { access } = await logIn(api, ada);
    const path = `/ws?ticket=${await ticketOf(access)}`;
    expect(await api.request('DELETE', '/users/me/sessions/', { token: ada.access })).toMatchObject({
      status: 204,
    });
    expect(await refusal(url, { path })).toBe(401);
  });

  it('names its owner: that of a token beside it does not count', async () => {
    const path = `/ws/chat/${charles.id}/?ticket=${await ticketOf()}`;
    const socket = await connect(url, { path, token: charles.access, carry: 'header' });
    expect(await socket.say('whose?')).toMatchObject({ sender: ada.username });
  });

  it('is spent by a handshake that fails for another reason', async () => {
    const ticket = await ticketOf();
    expect(await refusal(url, { path: `/ws?user_id=${crypto.randomUUID()}&ticket=${ticket}` })).toBe(403);
    expect(await refusal(url, { path: `/ws?ticket=${ticket}` })).toBe(401);
  });

  it('does not open a socket for a page of another site, which does not spend it either', async () => {
    const path = `/ws?ticket=${await ticketOf()}`;
    expect(await refusal(url, { path, origin: 'https://anywhere.example' })).toBe(403);
    expect(await refusal(url, { path })).toBe(101);
  });

  it('is not given without a valid token, nor to a request with a body', async () => {
    expect(await api.post('/ws/ticket/')).toMatchObject({ status: 401 });
    expect(await api.post('/ws/ticket/', undefined, { token: 'garbage' })).toMatchObject({ status: 401 });
    expect(await api.post('/ws/ticket/', { user_id: charles.id }, { token: ada.access })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  });
});

describe('a ticket cannot be', () => {
  it.each([
    ['no text', () => ''],
    ['another text', () => 'x'.repeat(43)],
    ['the access token', () => ada.access],
    ['a hash of nothing', () => '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
    ['a key of the table', () => encodeURIComponent('TICKET#')],
    ['a NUL', () => '%00'],
    ['a lone surrogate', () => '%ED%A0%80'],
    ['a long text', () => 'x'.repeat(4_000)],
  ])('%s', async (_what, text) => {
    expect(await refusal(url, { path: `/ws?ticket=${text()}` })).toBe(401);
    expect(await refusal(url, { path: `/ws?ticket=${text()}`, token: ada.access })).toBe(401);
  });
});

describe('an access token in the address opens no socket', () => {
  it.each(['token', 'access', 'access_token', 'jwt', 'authorization'])('as %s', async (name) => {
    expect(await refusal(url, { path: `/ws?${name}=${ada.access}` })).toBe(401);
  });
});
