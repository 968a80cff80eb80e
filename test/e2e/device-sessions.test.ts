import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { device, messageTo, quiet } from './support/devices.ts';
import { logIn, logOut, type Person, people, reuse, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let session: Session;
let phone: Socket;
beforeEach(async () => {
  [ada, charles] = await people(api, 2);
  session = await logIn(api, ada);
  phone = await device(url, session);
});
afterEach(closeSockets);

const ended = { type: 'session.ended', detail: expect.any(String) };

describe('when a session ends', () => {
  it('each of its devices gets `session.ended` and is closed, and no other device', async () => {
    const [tablet, laptop, his] = await Promise.all([
      device(url, session),
      device(url, ada),
      device(url, charles),
    ]);
    await logOut(api, session);
    for (const socket of [phone, tablet]) {
      expect((await socket.closed).code).toBe(1000);
      expect(socket.frames).toEqual([ended]);
    }
    for (const socket of [laptop, his]) await quiet(socket);
  });

  it('by the reuse of a refresh token, the same happens', async () => {
    await reuse(api, session.refresh);
    expect((await phone.closed).code).toBe(1000);
    expect(phone.frames).toEqual([ended]);
  });

  it('its conversation’s sockets close without a frame that their clients would not know', async () => {
    const original = await connect(url, { token: session.access, peer: charles.id });
    await logOut(api, session);
    await original.closed;
    expect(original.frames).toEqual([]);
  });

  it('messages still reach the devices of the others', async () => {
    const [laptop, his] = await Promise.all([device(url, ada), device(url, charles)]);
    await logOut(api, session);
    await phone.closed;
    await his.ask(messageTo(ada, 'still there?'));
    expect(await laptop.next()).toMatchObject({ message: 'still there?' });
  });
});

describe('the socket of a device is refused', () => {
  it.each(['/ws', '/ws/', '/ws?user_id='])('at %s without a token, and with a bad one', async (path) => {
    expect(await refusal(url, { path })).toBe(401);
    expect(await refusal(url, { path, token: 'garbage', carry: 'subprotocol' })).toBe(401);
    expect(await refusal(url, { path, token: ada.refresh })).toBe(401);
  });

  it('once its session has ended', async () => {
    await logOut(api, session);
    expect(await refusal(url, { path: '/ws', token: session.access })).toBe(401);
  });
});

describe('the socket of a device opens', () => {
  it.each(['/ws', '/ws/', '/ws?user_id='])('at %s', async (path) => {
    for (const carry of ['header', 'subprotocol'] as const) {
      const socket = await connect(url, { path, token: ada.access, carry });
      expect(await socket.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
    }
  });
});
