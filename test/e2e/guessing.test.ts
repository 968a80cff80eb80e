import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { tokenFor } from '../support/mailbox.ts';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, person, registration } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));
const folder = inject('mailFolder');
const newDevice = () => randomBytes(16).toString('base64url');
const attempt = async (by: Rest, body: object) => (await by.post('/users/token/', body)).status;

describe('while others guess a password,', () => {
  const DEVICE = newDevice();
  let ada: Person;
  const credentials = () => ({ email: ada.email, password: ada.password });
  const guess = (more = {}) => attempt(api, { email: ada.email, password: 'a-wrong-guess', ...more });
  beforeAll(async () => {
    ada = await person(api);
    expect(await attempt(api, { ...credentials(), device_id: DEVICE })).toBe(200);
    for (let n = 0; n < 11; n += 1) await guess();
  });

  it('the owner gets in on the device that was in before, and on no other one', async () => {
    expect(await attempt(api, credentials())).toBe(429);
    expect(await attempt(api, { ...credentials(), device_id: newDevice() })).toBe(429);
    expect(await attempt(api, { ...credentials(), device_id: DEVICE })).toBe(200);
  });

  // Nobody sees the mail of a system elsewhere, if it sends any.
  it.skipIf(folder === '')('the owner gets in by a link to a new password, and then everywhere', async () => {
    const eve = await person(api);
    for (let n = 0; n < 11; n += 1) await attempt(api, { email: eve.email, password: 'a-wrong-guess' });
    expect(await attempt(api, { email: eve.email, password: eve.password })).toBe(429);
    await api.post('/users/password/reset/', { email: eve.email });
    const token = tokenFor(folder, eve.email, 'reset');
    const password = 'a cloud of dandelions';
    expect(await api.post('/users/password/reset/confirm/', { token, password })).toMatchObject({
      status: 204,
    });
    expect(await attempt(api, { email: eve.email, password })).toBe(200);
  });

  it('the known device has ten guesses, and not one more', async () => {
    const statuses = await Promise.all(Array.from({ length: 30 }, () => guess({ device_id: DEVICE })));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(await attempt(api, { ...credentials(), device_id: DEVICE })).toBe(429);
  });
});

it.each(['', 'short', 'x'.repeat(21), 'x'.repeat(65), `${'x'.repeat(30)} `, 7, null, '\ud800'.repeat(30)])(
  'a device cannot be %j',
  async (device_id) => {
    const reply = await api.post('/users/token/', { email: 'a@example.com', password: 'x', device_id });
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { device_id: [expect.any(String)] } },
    });
  },
);

describe.skipIf(notOurs)(`behind the site, ${notOurs}`, () => {
  const runtime = ownRuntime({ context: { ...SETTINGS.threeMessages, wrongPasswordsPerAddress: '15' } });

  it('an address gets no further than its limit, whatever the e-mail addresses, and its known owner still gets in', async () => {
    const own = rest(runtime().url);
    const ada = await person(own);
    const device_id = newDevice();
    const credentials = { email: ada.email, password: ada.password };
    expect(await attempt(own, { ...credentials, device_id })).toBe(200);
    const guesses = Array.from({ length: 40 }, () =>
      attempt(own, { email: registration().email, password: 'a-wrong-guess' }),
    );
    const statuses = await Promise.all(guesses);
    expect(statuses.filter((status) => status === 401)).toHaveLength(15);
    expect(statuses.filter((status) => status === 429)).toHaveLength(25);
    expect(await attempt(own, credentials)).toBe(429);
    expect(await attempt(own, { ...credentials, device_id })).toBe(200);
  });
});
