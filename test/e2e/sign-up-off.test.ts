import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { CLIENT_ID, Issuers } from './support/issuers.ts';
import { notOurs } from './support/own-runtime.ts';
import { registration } from './support/people.ts';
import { rest } from './support/rest.ts';
import { startWatched, type Watched } from './support/watched-runtime.ts';

const TYPE = 'urn:ietf:params:oauth:token-type:id_token';

describe.skipIf(notOurs)('without passwords', () => {
  let issuers: Issuers;
  let watched: Watched;
  beforeAll(async () => {
    issuers = await Issuers.start();
    const trusted = JSON.stringify([{ issuer: issuers.url, audience: [CLIENT_ID] }]);
    watched = await startWatched({ context: { ...SETTINGS.withoutPasswords, issuers: trusted } });
  }, 120_000);
  afterAll(async () => {
    await issuers?.stop();
    await watched?.end();
  });
  const runtime = () => watched.runtime;
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

  it('a user deletes their account by a token of the issuer, and by nothing else', async () => {
    const { id_token } = await issuers.logIn(`off-${process.pid}`);
    const proof = { subject_token: id_token, subject_token_type: TYPE };
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const { body } = await api().post('/users/token/exchange/', { grant_type, ...proof });
    const token = body.access;
    for (const wrong of [{}, { password: 'x' }])
      expect(await api().send('DELETE', '/users/me/', wrong, { token })).toMatchObject(off);
    expect(await api().send('DELETE', '/users/me/', proof, { token })).toMatchObject({ status: 204 });
    expect(await api().get('/users/me/', { token })).toMatchObject({ status: 401 });
  });

  it('the rest is as ever, and the page says that there are none', async () => {
    expect(await api().post('/users/token/refresh/', { refresh: 'x' })).toMatchObject({ status: 401 });
    expect(await api().post('/users/token/exchange/', {})).toMatchObject({ status: 400 });
    const page = await (await fetch(`${runtime().url}/`)).text();
    expect(page).toContain('<html data-sign-up="off" lang="en">');
  });
});
