import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { device, messageTo } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const LIMIT = 20;

let ada: Person;
let charles: Person;
beforeEach(async () => {
  [ada, charles] = await people(rest(url), 2);
});
afterEach(closeSockets);

const replaced = (socket: Socket) => socket.frames.some(({ type }) => type === 'connection.replaced');
const openOf = (sockets: readonly Socket[]) => sockets.filter(({ isClosed }) => !isClosed);
const settled = { timeout: 20_000, interval: 100 };

describe('an account with as many sockets as it may have', () => {
  it('loses the oldest one to a new one, and is told why', async () => {
    const sockets: Socket[] = [];
    for (let n = 0; n < LIMIT; n += 1) sockets.push(await device(url, ada));
    const [oldest, second] = sockets as [Socket, Socket];
    const newest = await device(url, ada);
    await vi.waitFor(() => expect(oldest.isClosed).toBe(true), settled);
    expect(oldest.frames.at(-1)).toEqual({ type: 'connection.replaced', detail: expect.any(String) });
    expect(await newest.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
    expect(await second.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
    expect(openOf([...sockets, newest])).toHaveLength(LIMIT);
  });

  it('loses a socket of the original protocol without a frame that it does not know', async () => {
    const original = await connect(url, { token: ada.access, peer: charles.id });
    for (let n = 0; n < LIMIT; n += 1) await device(url, ada);
    await vi.waitFor(() => expect(original.isClosed).toBe(true), settled);
    expect(original.frames).toEqual([]);
  });
});

it('of 50 sockets at once, 20 stay, and each of them gets every message', async () => {
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => device(url, ada)));
  const sockets = results.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  await vi.waitFor(() => expect(openOf(sockets).length).toBeLessThanOrEqual(LIMIT), settled);
  const live = openOf(sockets);
  // A handshake that found twenty waiting to be closed was refused for the moment.
  expect(live.length).toBeGreaterThan(0);
  expect(sockets.filter((one) => one.isClosed && !replaced(one))).toEqual([]);
  const his = await device(url, charles);
  await his.ask(messageTo(ada, 'to all of you'));
  await vi.waitFor(() => {
    for (const { frames } of live) expect(frames).toMatchObject([{ message: 'to all of you' }]);
  }, settled);
});

it('when 200 sockets end at once, the system answers meanwhile, and nobody stays online', async () => {
  const owners = await people(rest(url), 10);
  const sockets: Socket[] = [];
  for (const owner of owners) {
    sockets.push(...(await Promise.all(Array.from({ length: LIMIT }, () => device(url, owner)))));
  }
  const [hers, his] = [await device(url, ada), await device(url, charles)];
  const onlineOf = async (who: Person) =>
    (await rest(url).get(`/users/${who.id}/`, { token: ada.access })).body.online;
  const allAre = (online: boolean) =>
    vi.waitFor(
      async () => {
        for (const owner of owners) expect(await onlineOf(owner)).toBe(online);
      },
      { timeout: 40_000, interval: 200 },
    );
  await allAre(true);

  const closing = Promise.all(sockets.map((socket) => socket.close()));
  expect(await hers.ask(messageTo(charles, 'meanwhile'))).toMatchObject({ type: 'message.sent' });
  expect(await his.next()).toMatchObject({ message: 'meanwhile' });
  await closing;
  await allAre(false);
  expect(await his.ask(messageTo(ada, 'afterwards'))).toMatchObject({ type: 'message.sent' });
}, 150_000);
