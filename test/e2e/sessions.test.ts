import { afterEach, describe, expect, inject, it } from 'vitest';
import { logIn, logOut, people, reuse } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);
afterEach(closeSockets);

describe('logging out closes the sockets of that session', () => {
  it('all of them, and those of no other session', async () => {
    const [ada, charles] = await people(api, 2);
    const phone = await logIn(api, ada);
    const [laptopSocket, phoneSocket, phoneSecond, peer] = await Promise.all([
      connect(url, { token: ada.access, peer: charles.id }),
      connect(url, { token: phone.access, peer: charles.id }),
      connect(url, { token: phone.access, peer: charles.id }),
      connect(url, { token: charles.access, peer: ada.id }),
    ]);
    await logOut(api, phone);
    await Promise.all([phoneSocket.closed, phoneSecond.closed]);

    expect(await laptopSocket.say('still here')).toMatchObject({ type: 'chat.message' });
    expect(await peer.say('so am I')).toMatchObject({ type: 'chat.message' });
  });

  it('including those that opened with a token from a later refresh', async () => {
    const [ada, charles] = await people(api, 2);
    const { body } = await api.post('/users/token/refresh/', { refresh: ada.refresh });
    const socket = await connect(url, { token: body.access, peer: charles.id });
    await logOut(api, body);
    await socket.closed;
  });

  it('and the access token of the ended session opens no new one', async () => {
    const [ada, charles] = await people(api, 2);
    await logOut(api, ada);
    await expect(connect(url, { token: ada.access, peer: charles.id })).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe('a refresh token that comes back after its successor was used', () => {
  it('closes the sockets of the session, because either party may hold them', async () => {
    const [ada, charles] = await people(api, 2);
    const socket = await connect(url, { token: ada.access, peer: charles.id });
    await reuse(api, ada.refresh);
    await socket.closed;
  });
});

describe('refreshing', () => {
  it('leaves the sockets of the session open', async () => {
    const [ada, charles] = await people(api, 2);
    const socket = await connect(url, { token: ada.access, peer: charles.id });
    await api.post('/users/token/refresh/', { refresh: ada.refresh });
    expect(await socket.say('as before')).toMatchObject({ type: 'chat.message' });
  });
});
