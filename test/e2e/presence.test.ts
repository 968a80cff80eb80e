import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { device, messageTo, quiet } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
/** Ada's, who has conversations with both others. */
let phone: Socket;
beforeEach(async () => {
  [ada, charles, eve] = await people(api, 3);
  phone = await device(url, ada);
  for (const peer of [charles, eve]) await phone.ask(messageTo(peer, 'hello'));
  // The inbox follows the log by about a second.
  await vi.waitFor(async () => expect((await watch(charles, eve)).users).toHaveLength(2), {
    timeout: 10_000,
    interval: 100,
  });
  await watch();
});
afterEach(closeSockets);

const watch = (...watched: { readonly id: string }[]): Promise<Frame> =>
  phone.ask({ action: 'presence.watch', users: watched.map(({ id }) => id) });
const online = (who: Person) => ({ user_id: who.id, online: true, last_seen: null });
const never = (who: Person) => ({ user_id: who.id, online: false, last_seen: null });
const gone = (who: Person) => ({ user_id: who.id, online: false, last_seen: expect.any(String) });
const told = (presence: object) => ({ type: 'presence', users: [presence] });
const patch = (who: Person, body: object) =>
  api.request('PATCH', '/users/me/', {
    token: who.access,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('who watches somebody', () => {
  it('is told at once how they are, and then when they come and when they go', async () => {
    expect((await watch(charles)).users).toEqual([never(charles)]);
    const his = await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    const before = new Date().toISOString();
    await his.close();
    const { users } = await phone.next();
    expect(users).toEqual([gone(charles)]);
    const [{ last_seen }] = users as [{ last_seen: string }];
    expect(Math.abs(Date.parse(last_seen) - Date.parse(before))).toBeLessThan(10_000);
    expect((await watch(charles)).users).toEqual([{ ...gone(charles), last_seen }]);
  });

  it('sees them go only with their last socket, of whatever kind', async () => {
    await watch(charles);
    const first = await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    const second = await device(url, charles);
    const third = await connect(url, { token: charles.access, peer: ada.id });
    await first.close();
    await third.close();
    // Eve's coming is told after all of that.
    await phone.ask({ action: 'presence.watch', users: [charles.id, eve.id] });
    await device(url, eve);
    expect(await phone.next()).toEqual(told(online(eve)));
    expect((await watch(charles)).users).toEqual([online(charles)]);
    await second.close();
    expect(await phone.next()).toEqual(told(gone(charles)));
    await quiet(phone);
  });

  it('hears of nobody else, and of nobody any more once the list is another', async () => {
    await watch(charles);
    expect((await watch(eve)).users).toEqual([never(eve)]);
    const his = await device(url, charles);
    await his.close();
    await device(url, eve);
    expect(await phone.next()).toEqual(told(online(eve)));
    await watch();
    const laptop = await device(url, ada);
    await laptop.ask({ action: 'presence.watch', users: [charles.id] });
    await device(url, charles);
    expect(await laptop.next()).toEqual(told(online(charles)));
    await quiet(phone);
  });

  it('watches on one device, and not on another', async () => {
    const laptop = await device(url, ada);
    await watch(charles);
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    await quiet(laptop);
  });
});

describe('nobody can watch', () => {
  it('a stranger, somebody unknown or oneself: they are left out', async () => {
    const [stranger] = await people(api, 1);
    await device(url, stranger);
    const ids = [stranger.id, crypto.randomUUID(), ada.id, 'nobody', '', charles.id, charles.id, eve.id];
    expect((await watch(...ids.map((id) => ({ id })))).users).toEqual([never(charles), never(eve)]);
  });

  it('a stranger who comes later', async () => {
    const [stranger] = await people(api, 1);
    await watch(stranger, charles);
    await device(url, stranger);
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    await quiet(phone);
  });

  it('more than 50 people; 50 are possible', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ id: crypto.randomUUID() }));
    expect(await watch(charles, ...many(49))).toMatchObject({ type: 'presence', users: [never(charles)] });
    expect(await watch(...many(51))).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      errors: { users: [expect.any(String)] },
    });
    // The list is what it was.
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
  });
});

describe('somebody who hides it', () => {
  it('seems to go, and nobody sees them come or go', async () => {
    await watch(charles, eve);
    const his = await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    expect(await patch(charles, { presence: 'hidden' })).toMatchObject({ status: 200 });
    expect(await phone.next()).toEqual(told(never(charles)));
    expect((await watch(charles, eve)).users).toEqual([never(charles), never(eve)]);
    await his.close();
    await device(url, charles);
    await device(url, eve);
    expect(await phone.next()).toEqual(told(online(eve)));
    await quiet(phone);
    expect((await watch(charles)).users).toEqual([never(charles)]);
  });

  it('while away takes back when they were seen last, and gives it again', async () => {
    await watch(charles);
    const his = await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    await his.close();
    expect(await phone.next()).toEqual(told(gone(charles)));
    await patch(charles, { presence: 'hidden' });
    expect(await phone.next()).toEqual(told(never(charles)));
    await patch(charles, { presence: 'shown' });
    expect(await phone.next()).toEqual(told(gone(charles)));
  });

  it('is seen again once they show it', async () => {
    await patch(charles, { presence: 'hidden' });
    await device(url, charles);
    await watch(charles);
    expect(await patch(charles, { presence: 'shown' })).toMatchObject({ status: 200 });
    expect(await phone.next()).toEqual(told(online(charles)));
  });
});

it('people who come and go quickly end as they are', async () => {
  await watch(charles);
  for (let turn = 0; turn < 5; turn += 1) await (await device(url, charles)).close();
  const last = await device(url, charles);
  await vi.waitFor(async () => expect((await watch(charles)).users).toEqual([online(charles)]));
  await last.close();
  await vi.waitFor(async () => expect((await watch(charles)).users).toEqual([gone(charles)]));
  // What is still under way changes nothing.
  await delay(1000);
  expect((await watch(charles)).users).toEqual([gone(charles)]);
});
