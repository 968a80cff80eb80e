import { beforeEach, describe, expect, inject, it } from 'vitest';
import { mailsTo, tokenFor } from '../support/mailbox.ts';
import { SETTINGS } from '../systems.ts';
import { device } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people, registration, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';

const url = inject('parleyUrl');
const folder = inject('mailFolder');
const api = rest(url);
const NEW = 'through the looking-glass';
const OTHER = 'the hunting of the snark';

const ask = (email: unknown, headers = {}) => api.post('/users/password/reset/', { email }, { headers });
const confirm = (token: unknown, password: unknown = NEW) =>
  api.post('/users/password/reset/confirm/', { token, password });
const enter = ({ email }: Person, password: string) => api.post('/users/token/', { email, password });
const me = ({ access: token }: Session) => api.get('/users/me/', { token });
const INVALID = { status: 400, body: { code: 'link_invalid' } };

/** A log-in that has its password from nowhere but a mailbox. */
async function linkOf({ email }: Person): Promise<string> {
  expect(await ask(email)).toMatchObject({ status: 202 });
  return tokenFor(folder, email, 'reset');
}

describe.skipIf(notOurs)('a forgotten password', () => {
  let ada: Person;
  let charles: Person;
  beforeEach(async () => {
    [ada, charles] = await people(api, 2);
  });

  it('is replaced by the link of a mail; all sessions end, and their sockets close within a second', async () => {
    const phone = await logIn(api, ada);
    const socket = await device(url, phone);
    const token = await linkOf(ada);
    expect(await confirm(token)).toMatchObject({ status: 204, body: undefined });
    const answered = performance.now();
    for (const session of [ada, phone]) {
      expect(await me(session)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
      const { refresh } = session;
      expect(await api.post('/users/token/refresh/', { refresh })).toMatchObject({ status: 401 });
    }
    await socket.closed;
    // A second on a quiet machine; this one may be busy.
    expect(performance.now() - answered).toBeLessThan(10_000);
    expect(await enter(ada, ada.password)).toMatchObject({ status: 401 });
    const again = await logIn(api, { ...ada, password: NEW });
    expect((await me(again)).body).toMatchObject({ id: ada.id, email_verified: true });
    expect(await me(charles)).toMatchObject({ status: 200, body: { email_verified: false } });
    expect(await enter(charles, charles.password)).toMatchObject({ status: 200 });
  });

  it('has a mail with one link, whose token no server sees, and nothing that a user wrote', async () => {
    await linkOf(ada);
    const [mail, ...more] = mailsTo(folder, ada.email);
    expect(more).toEqual([]);
    expect(mail?.headers).toMatchObject({
      from: 'parley@localhost.example',
      to: ada.email,
      subject: 'Choose a new password',
    });
    expect(mail?.links).toHaveLength(1);
    const link = new URL(mail?.links[0] ?? '');
    expect([link.origin, link.pathname, link.search]).toEqual(['http://localhost:8000', '/', '']);
    expect(link.hash).toMatch(/^#\/reset\/[0-9a-f-]{36}\.[\w-]{43}$/);
    expect(mail?.html).toContain(`href="${link}"`);
    expect(mail?.text + (mail?.html ?? '')).not.toMatch(/Lovelace|Ada/);
    expect(mail?.text).not.toContain(ada.username);
  });

  it('has a link to the site of the deployment, whatever a request calls its host', async () => {
    const { email } = ada;
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      origin: 'https://evil.example',
    };
    await ask(email, { ...forged, forwarded: 'host=evil.example', referer: 'https://evil.example/' });
    const [mail] = mailsTo(folder, email);
    expect(mail?.text).not.toContain('evil');
    expect(mail?.links[0]).toMatch(/^http:\/\/localhost:8000\/#\/reset\//);
  });

  it('does not tell whether an address has an account, by its answer or its time', async () => {
    const timed = async (email: string) => {
      const from = performance.now();
      const { status, body, headers } = await ask(email);
      const names = [...headers.keys()].filter((name) => name !== 'date');
      return { status, body, names, ms: performance.now() - from };
    };
    // The function starts.
    await timed(registration().email);
    const [known, unknown] = [await timed(ada.email), await timed(registration().email)];
    expect(known).toEqual({ ...unknown, ms: expect.any(Number) });
    expect(known.status).toBe(202);
    for (const { ms } of [known, unknown]) expect(ms).toBeGreaterThan(1_450);
    const strange = await timed('\u202e not an address, but a text');
    expect(strange).toMatchObject({ status: 202 });
  });

  it('sends at most five mails an hour to an address, and refuses an unknown one as well', async () => {
    for (const email of [ada.email, registration().email]) {
      const first = await Promise.all(Array.from({ length: 8 }, () => ask(email)));
      const statuses = first.map(({ status }) => status).sort();
      expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429, 429]);
      const refused = await ask(email.toUpperCase());
      expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_mails' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    }
    expect(mailsTo(folder, ada.email)).toHaveLength(5);
    expect(await enter(ada, ada.password)).toMatchObject({ status: 200 });
  });

  it('has a link that works once; of many uses at once one succeeds', async () => {
    const token = await linkOf(ada);
    const passwords = Array.from({ length: 8 }, (_, n) => `${NEW} ${n}`);
    const replies = await Promise.all(passwords.map((password) => confirm(token, password)));
    const won = replies.flatMap(({ status }, n) => (status === 204 ? [passwords[n] as string] : []));
    expect(won).toHaveLength(1);
    for (const reply of replies.filter(({ status }) => status !== 204)) expect(reply).toMatchObject(INVALID);
    expect(await confirm(token, OTHER)).toMatchObject(INVALID);
    expect(await enter(ada, won[0] as string)).toMatchObject({ status: 200 });
    // Its answer may have been lost.
    expect(await confirm(token, won[0])).toMatchObject({ status: 204 });
  });

  it('voids the other links of the account, and so does a change of the password', async () => {
    const first = await linkOf(ada);
    const second = await linkOf(ada);
    expect(await confirm(second)).toMatchObject({ status: 204 });
    expect(await confirm(first, OTHER)).toMatchObject(INVALID);
    const third = await linkOf(ada);
    const { access: token } = await logIn(api, { ...ada, password: NEW });
    await api.post('/users/me/password/', { password: NEW, new_password: OTHER }, { token });
    expect(await confirm(third)).toMatchObject(INVALID);
    expect(await enter(ada, OTHER)).toMatchObject({ status: 200 });
  });

  it('is not replaced by the link of a deleted account, though somebody else has its address', async () => {
    const token = await linkOf(ada);
    const { access, password, email } = ada;
    await api.send('DELETE', '/users/me/', { password }, { token: access });
    expect(await confirm(token)).toMatchObject(INVALID);
    const next = registration({ email });
    await api.post('/users/register/', next);
    expect(await confirm(token)).toMatchObject(INVALID);
    await logIn(api, next);
  });

  it('is not replaced by a link that was tampered with, or that confirms an address', async () => {
    const token = await linkOf(ada);
    const [userId = '', secret = ''] = token.split('.');
    await api.post('/users/me/email/verification/', undefined, { token: ada.access });
    for (const wrong of [
      `${charles.id}.${secret}`,
      `${userId}.${secret.slice(1)}A`,
      secret,
      `${token}.x`,
      `${userId}.`,
      ' ',
      'x'.repeat(4_096),
      tokenFor(folder, ada.email, 'verify'),
      ada.refresh,
    ])
      expect(await confirm(wrong), wrong).toMatchObject(INVALID);
    expect(await enter(ada, ada.password)).toMatchObject({ status: 200 });
    expect(await confirm(token)).toMatchObject({ status: 204 });
  });

  it.each([
    ['short'],
    ['password123'],
    ['11111111111'],
    [''],
    [null],
    [' '.repeat(9)],
    ['\ud800 is half'],
    ['x'.repeat(257)],
  ])('is not replaced by %j, and the link still works', async (weak) => {
    const token = await linkOf(ada);
    const reply = await confirm(token, weak);
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(Object.keys(reply.body.errors)).toEqual(['password']);
    const own = await confirm(token, `x ${ada.username} x`);
    expect(own).toMatchObject({
      status: 400,
      body: { errors: { password: ['Must not contain the username.'] } },
    });
    expect(await confirm(token)).toMatchObject({ status: 204 });
  });

  it.each([[undefined], [''], [null], [7], [['a@example.com']], ['x'.repeat(255)], ['a\ud800@example.com']])(
    'is not asked for with the address %j',
    async (bad) => {
      expect(await ask(bad)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    },
  );
});

describe.skipIf(notOurs)('without passwords', () => {
  const runtime = ownRuntime({ context: SETTINGS.withoutPasswords });

  it('there is no mail', async () => {
    const other = rest(runtime().url);
    const off = { status: 403, body: { code: 'mail_off' } };
    expect(await other.post('/users/password/reset/', { email: 'a@example.com' })).toMatchObject(off);
    expect(await other.post('/users/password/reset/', '{')).toMatchObject(off);
    const confirmed = await other.post('/users/password/reset/confirm/', {});
    expect(confirmed).toMatchObject({ status: 403, body: { code: 'passwords_off' } });
  });
});
