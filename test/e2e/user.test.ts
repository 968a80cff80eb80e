import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { device } from './support/devices.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
const meet = async () => {
  [ada, charles] = await people(api, 2);
};
afterEach(closeSockets);

/** Charles as Ada sees him. */
const seen = async () => (await api.get(`/users/${charles.id}/`, { token: ada.access })).body;
const eventually = (expected: object) =>
  vi.waitFor(async () => expect(await seen()).toEqual(expected), { timeout: 10_000, interval: 50 });
const named = () => ({ id: charles.id, username: charles.username });
const hide = (presence: 'shown' | 'hidden') =>
  api.patch('/users/me/', { presence }, { token: charles.access });

describe('a user', () => {
  beforeEach(meet);

  it('who was never connected is offline without a time, and nothing else is shown', async () => {
    expect(await seen()).toEqual({ ...named(), online: false, last_seen: null });
  });

  it('is online while any device is connected, and last seen when the last one goes', async () => {
    const phone = await device(url, charles);
    const laptop = await device(url, charles);
    await eventually({ ...named(), online: true, last_seen: null });
    await phone.close();
    const before = Date.now();
    await laptop.close();
    await eventually({ ...named(), online: false, last_seen: expect.any(String) });
    expect(Date.parse((await seen()).last_seen)).toBeGreaterThan(before - 1_000);
    await device(url, charles);
    await eventually({ ...named(), online: true, last_seen: null });
  });

  it('who hides their presence is offline to others, without a time', async () => {
    const phone = await device(url, charles);
    await eventually({ ...named(), online: true, last_seen: null });
    await hide('hidden');
    expect(await seen()).toEqual({ ...named(), online: false, last_seen: null });
    await hide('shown');
    expect(await seen()).toEqual({ ...named(), online: true, last_seen: null });
    await hide('hidden');
    await phone.close();
    await hide('shown');
    await eventually({ ...named(), online: false, last_seen: expect.any(String) });
    await hide('hidden');
    expect(await seen()).toEqual({ ...named(), online: false, last_seen: null });
  });

  it('may read their own entry', async () => {
    expect(await api.get(`/users/${ada.id}/`, { token: ada.access })).toMatchObject({
      status: 200,
      body: { id: ada.id, username: ada.username },
    });
  });
});

describe('there is no user', () => {
  beforeAll(meet);

  it('with an unknown id, which `detail` names', async () => {
    const id = crypto.randomUUID();
    const { status, body } = await api.get(`/users/${id}/`, { token: ada.access });
    expect({ status, body }).toMatchObject({
      status: 404,
      body: { code: 'user_not_found', detail: expect.stringContaining(id) },
    });
  });

  it.each([
    'nobody',
    'ME',
    'USER#1',
    '00000000-0000-0000-0000-000000000000',
    '%00',
    '%20',
    '%D1%8F',
    '%F0%9F%92%A9',
    'a%2Fb',
    'x'.repeat(1000),
  ])('with the id %s', async (id) => {
    expect(await api.get(`/users/${id}/`, { token: ada.access })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    });
  });

  it('for a caller without a token', async () => {
    expect(await api.get(`/users/${charles.id}/`)).toMatchObject({
      status: 401,
      body: { code: 'not_authenticated' },
    });
  });
});
