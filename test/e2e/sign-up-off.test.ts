import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { registration } from './support/people.ts';
import { rest } from './support/rest.ts';

describe.skipIf(notOurs)('without passwords', () => {
  const runtime = ownRuntime({ context: SETTINGS.withoutPasswords });
  const api = () => rest(runtime().url);
  const off = { status: 403, body: { code: 'passwords_off' } };

  it('nobody registers or logs in with one, whatever they send', async () => {
    const { email, password, ...more } = registration();
    expect(await api().post('/users/register/', { email, password, ...more })).toMatchObject(off);
    expect(await api().post('/users/token/', { email, password })).toMatchObject(off);
    for (const path of ['/users/register', '/users/token/']) {
      expect(await api().post(path, '{')).toMatchObject(off);
      expect(await api().get(path)).toMatchObject({ status: 405 });
    }
  });

  it('the change of one needs a session first', async () => {
    expect(await api().post('/users/me/password/', {})).toMatchObject({ status: 401 });
  });

  it('the rest is as ever, and the page says that there are none', async () => {
    expect(await api().post('/users/token/refresh/', { refresh: 'x' })).toMatchObject({ status: 401 });
    expect(await api().post('/users/token/exchange/', {})).toMatchObject({ status: 400 });
    const page = await (await fetch(`${runtime().url}/`)).text();
    expect(page).toContain('<html data-sign-up="off" lang="en">');
  });
});
