import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Person, people } from './support/people.ts';
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

describe('a socket opens', () => {
  it('with the token in the Authorization header', async () => {
    const socket = await connect(url, { peer: charles.id, token: ada.access, carry: 'header' });
    expect(socket.protocol).toBe('');
    expect(await socket.say('by header')).toMatchObject({ type: 'chat.message', sender: ada.username });
  });

  it('with the token as a subprotocol, answered with `parley`', async () => {
    const socket = await connect(url, { peer: charles.id, token: ada.access, carry: 'subprotocol' });
    expect(socket.protocol).toBe('parley');
    expect(await socket.say('by subprotocol')).toMatchObject({ type: 'chat.message', sender: ada.username });
  });

  it('with the token in the header and `parley` as the only subprotocol', async () => {
    const socket = await connect(url, { peer: charles.id, token: ada.access, protocols: ['parley'] });
    expect(socket.protocol).toBe('parley');
  });

  it.each([
    ['/ws/chat/{user_id}/', (id: string) => `/ws/chat/${id}/`],
    ['/ws/chat/{user_id}', (id: string) => `/ws/chat/${id}`],
    ['/ws?user_id={user_id}', (id: string) => `/ws?user_id=${id}`],
  ])('at %s', async (_what, path) => {
    const socket = await connect(url, { path: path(charles.id), token: ada.access });
    expect(await socket.say('here')).toMatchObject({ type: 'chat.message', message: 'here' });
  });

  it('several times for one user', async () => {
    const sockets = await Promise.all(
      [1, 2, 3].map(() => connect(url, { peer: charles.id, token: ada.access })),
    );
    expect(sockets.map(({ isOpen }) => isOpen)).toEqual([true, true, true]);
  });
});

describe('a socket is refused with 403', () => {
  it.each([
    ['an unknown user', () => crypto.randomUUID()],
    ['oneself', () => ada.id],
    ['an id that is none', () => 'nobody'],
    ['a number', () => '7'],
    ['a key of the table', () => encodeURIComponent('USER#1')],
    ['a NUL', () => '%00'],
    ['oneself in capitals', () => ada.id.toUpperCase()],
    ['a long id', () => 'x'.repeat(1000)],
  ])('for %s', async (_what, id) => {
    expect(await refusal(url, { peer: id(), token: ada.access })).toBe(403);
  });

  it.each(['/ws/other', '/ws/chat/{id}/more', '/ws/chat/'])('at %s', async (path) => {
    expect(await refusal(url, { path: path.replace('{id}', charles.id), token: ada.access })).toBe(403);
  });
});

describe('a socket is refused', () => {
  it('at an unknown path', async () => {
    expect(await refusal(url, { path: '/elsewhere', token: ada.access })).toBeGreaterThanOrEqual(400);
  });

  it.each(['https://anywhere.example', 'null'])('with 403 for a page of %s', async (origin) => {
    expect(await refusal(url, { peer: charles.id, token: ada.access, origin })).toBe(403);
  });

  it('with 401 before the answer reveals whether a user exists', async () => {
    expect(await refusal(url, { peer: crypto.randomUUID(), token: 'garbage' })).toBe(401);
  });
});

describe('a socket without a conversation', () => {
  it('is a device’s socket: it does not accept the original frames, and names the known actions', async () => {
    const socket = await connect(url, { path: '/ws', token: ada.access });
    expect(await socket.say('to whom?')).toMatchObject({ type: 'error', code: 'unknown_action' });
    expect(socket.isOpen).toBe(true);
  });
});
