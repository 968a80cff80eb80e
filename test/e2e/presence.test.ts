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
/** Ada's device. She has conversations with both others. */
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

describe('a watcher', () => {
  it('gets the presence at once, and then each coming and going', async () => {
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

  it('sees a user go only with their last socket, of either kind', async () => {
    await watch(charles);
    const first = await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    const second = await device(url, charles);
    const third = await connect(url, { token: charles.access, peer: ada.id });
    await first.close();
    await third.close();
    // The frame about Eve comes after all of that.
    await phone.ask({ action: 'presence.watch', users: [charles.id, eve.id] });
    await device(url, eve);
    expect(await phone.next()).toEqual(told(online(eve)));
    expect((await watch(charles)).users).toEqual([online(charles)]);
    await second.close();
    expect(await phone.next()).toEqual(told(gone(charles)));
    await quiet(phone);
  });

  it('gets the presence of users on the list only, and of none from a former list', async () => {
    await watch(charles);
    expect((await watch(eve)).users).toEqual([never(eve)]);
    const laptop = await device(url, ada);
    await laptop.ask({ action: 'presence.watch', users: [charles.id] });
    const his = await device(url, charles);
    expect(await laptop.next()).toEqual(told(online(charles)));
    await his.close();
    expect(await laptop.next()).toEqual(told(gone(charles)));
    await device(url, eve);
    expect(await phone.next()).toEqual(told(online(eve)));
    await watch();
    await device(url, charles);
    expect(await laptop.next()).toEqual(told(online(charles)));
    await quiet(phone);
  });

  it('watches on one device and not on another', async () => {
    const laptop = await device(url, ada);
    await watch(charles);
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    await quiet(laptop);
  });
});

describe('nobody can watch', () => {
  it('a stranger, an unknown user or themselves: the reply omits them', async () => {
    const [stranger] = await people(api, 1);
    await device(url, stranger);
    const ids = [stranger.id, crypto.randomUUID(), ada.id, 'nobody', '', charles.id, charles.id, eve.id];
    expect((await watch(...ids.map((id) => ({ id })))).users).toEqual([never(charles), never(eve)]);
  });

  it('a stranger who connects later', async () => {
    const [stranger] = await people(api, 1);
    await watch(stranger, charles);
    await device(url, stranger);
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    await quiet(phone);
  });

  it('more than 50 users; 50 are allowed', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ id: crypto.randomUUID() }));
    expect(await watch(charles, ...many(49))).toMatchObject({ type: 'presence', users: [never(charles)] });
    expect(await watch(...many(51))).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      errors: { users: [expect.any(String)] },
    });
    // The list has not changed.
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
  });
});

describe('a user who hides it', () => {
  it('appears to go, and nobody sees them come or go', async () => {
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

  it('while away hides when they were last seen, and can show it again', async () => {
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

  it('sees nobody come or go, and sees them again at once when they show it', async () => {
    await watch(charles, eve);
    await device(url, charles);
    expect(await phone.next()).toEqual(told(online(charles)));
    const nobody = { type: 'presence', users: [never(charles), never(eve)] };
    await patch(ada, { presence: 'hidden' });
    expect(await phone.next()).toEqual(nobody);
    expect((await watch(charles, eve)).users).toEqual(nobody.users);
    await device(url, eve);
    const seenByCharles = async () =>
      (await api.get(`/users/${eve.id}/`, { token: charles.access })).body.online;
    await vi.waitFor(async () => expect(await seenByCharles()).toBe(true), {
      timeout: 10_000,
      interval: 100,
    });
    await quiet(phone);
    await patch(ada, { presence: 'shown' });
    expect(await phone.next()).toEqual({ type: 'presence', users: [online(charles), online(eve)] });
  });

  it('is visible again once they show it', async () => {
    await patch(charles, { presence: 'hidden' });
    await device(url, charles);
    await watch(charles);
    expect(await patch(charles, { presence: 'shown' })).toMatchObject({ status: 200 });
    expect(await phone.next()).toEqual(told(online(charles)));
  });
});

it('users who come and go quickly end in their actual state', async () => {
  await watch(charles);
  for (let turn = 0; turn < 5; turn += 1) await (await device(url, charles)).close();
  const last = await device(url, charles);
  await vi.waitFor(async () => expect((await watch(charles)).users).toEqual([online(charles)]), 10_000);
  await last.close();
  await vi.waitFor(async () => expect((await watch(charles)).users).toEqual([gone(charles)]), 10_000);
  // Frames that are still in flight change nothing.
  await delay(1000);
  expect((await watch(charles)).users).toEqual([gone(charles)]);
});
