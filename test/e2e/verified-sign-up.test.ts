import { describe, expect, it } from 'vitest';
import { ANSWER_HEADERS } from '../support/answer-headers.ts';
import { mailsTo, tokenFor } from '../support/mailbox.ts';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Registration, registration } from './support/people.ts';
import { rest } from './support/rest.ts';

const INVALID = { status: 400, body: { code: 'link_invalid' } };

describe.skipIf(notOurs)('where addresses must be verified', () => {
  const runtime = ownRuntime({ context: SETTINGS.verifiedSignUp });
  const api = () => rest(runtime().url);
  const folder = () => runtime().mailFolder;
  const register = (form: Registration) => api().post('/users/register/', form);
  const confirm = (token: unknown, password: unknown) =>
    api().post('/users/register/confirm/', { token, password });
  const enter = ({ email, password }: Registration) => api().post('/users/token/', { email, password });

  /** A user with an account. */
  async function member(): Promise<Registration> {
    const form = registration();
    expect((await register(form)).status).toBe(202);
    expect((await confirm(tokenFor(folder(), form.email, 'sign-up'), form.password)).status).toBe(201);
    return form;
  }

  it('an account exists once its link and its password were given, with a verified address', async () => {
    const form = registration();
    const { password, password2, ...person } = form;
    expect(await register(form)).toMatchObject({ status: 202, body: person });
    expect(await enter(form)).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
    const token = tokenFor(folder(), form.email, 'sign-up');
    expect(await confirm(token, 'something else')).toMatchObject({
      status: 403,
      body: { code: 'wrong_password' },
    });
    const made = await confirm(token, password);
    expect(made).toMatchObject({ status: 201, body: { id: expect.any(String), ...person } });
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) expect(made.headers.get(name)).toBe(value);
    expect(await confirm(token, password)).toMatchObject({ status: 201, body: made.body });
    const { access } = await logIn(api(), form);
    expect(await api().get('/users/me/', { token: access })).toMatchObject({
      body: { id: made.body.id, email_verified: true },
    });
    await api().send('DELETE', '/users/me/', { password }, { token: access });
    expect(await confirm(token, password)).toMatchObject(INVALID);
  });

  it('nothing tells which addresses have an account: not the answer, not its time, not the limit of mails', async () => {
    const known = await member();
    const stranger = registration();
    const told = [];
    for (const email of [known.email, stranger.email]) {
      const form = registration({ email });
      const begun = performance.now();
      const { status, body } = await register(form);
      const took = performance.now() - begun;
      expect(took).toBeGreaterThan(1_500);
      told.push({ status, fields: Object.keys(body).sort() });
      // One mail made the account.
      const more = Array.from({ length: email === known.email ? 5 : 6 }, () =>
        register(registration({ email })),
      );
      const codes = (await Promise.all(more)).map((reply) => reply.status).sort();
      expect(codes.filter((code) => code === 429).length).toBeGreaterThan(0);
    }
    expect(told[0]).toEqual(told[1]);
    expect(mailsTo(folder(), known.email).map(({ headers }) => headers.subject)).toEqual([
      'Confirm your sign-up',
      ...Array(4).fill('You have an account already'),
    ]);
    expect(mailsTo(folder(), stranger.email)).toHaveLength(5);
    expect(mailsTo(folder(), known.email).at(-1)?.text).not.toContain('#/sign-up/');
    expect((await enter(known)).status).toBe(200);
  });

  it('of two sign-ups with one address the first that is confirmed gets it', async () => {
    const [first, second] = [registration(), registration()];
    second.email = first.email.toUpperCase();
    expect([(await register(first)).status, (await register(second)).status]).toEqual([202, 202]);
    const one = tokenFor(folder(), first.email, 'sign-up');
    const other = tokenFor(folder(), second.email, 'sign-up');
    const replies = await Promise.all([confirm(one, first.password), confirm(other, second.password)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 400]);
    expect(replies.find(({ status }) => status === 400)?.body.code).toBe('link_invalid');
    expect([(await enter(first)).status, (await enter(second)).status].sort()).toEqual([200, 401]);
  });

  it('a name that is taken is refused at once, and at the confirmation if it was taken since', async () => {
    const [first, second] = [registration(), registration()];
    second.username = first.username.toUpperCase();
    await Promise.all([register(first), register(second)]);
    await confirm(tokenFor(folder(), first.email, 'sign-up'), first.password);
    const taken = {
      status: 400,
      body: { code: 'validation_failed', errors: { username: [expect.any(String)] } },
    };
    expect(await confirm(tokenFor(folder(), second.email, 'sign-up'), second.password)).toMatchObject(taken);
    expect(await register({ ...registration(), username: first.username })).toMatchObject(taken);
  });

  it('a weak or mistyped password and a bad address get the same answers as ever, and no mail', async () => {
    const form = registration({ password: 'password', password2: 'passwort', email: 'not an address' });
    const { status, body } = await register(form);
    expect([status, Object.keys(body.errors)]).toEqual([400, ['email']]);
    const weak = registration({ password: 'password', password2: 'passwort' });
    expect(Object.keys((await register(weak)).body.errors).sort()).toEqual(['password', 'password2']);
    expect(mailsTo(folder(), weak.email)).toEqual([]);
  });

  it('no other token is the link of a sign-up', async () => {
    const [ada, bob] = [registration(), registration()];
    await Promise.all([register(ada), register(bob)]);
    const [adas, bobs] = [ada, bob].map(({ email }) => tokenFor(folder(), email, 'sign-up'));
    const [id] = (adas ?? '').split('.');
    const [, secret] = (bobs ?? '').split('.');
    const { access } = await logIn(api(), await member());
    for (const wrong of [`${id}.${secret}`, `${adas}x`, `${id}.`, `.${secret}`, access.slice(0, 4_000)])
      expect(await confirm(wrong, ada.password), wrong).toMatchObject(INVALID);
    // Nor is it one of the other links.
    expect(await api().post('/users/email/verification/', { token: adas })).toMatchObject(INVALID);
    const reset = { token: adas, password: 'the weaving of patterns' };
    expect(await api().post('/users/password/reset/confirm/', reset)).toMatchObject(INVALID);
  });

  it.each([undefined, '', null, 7, {}, 'x'.repeat(4_097), '\ud800'])('%j is no token', async (bad) => {
    const invalid = { status: 400, body: { code: 'validation_failed' } };
    expect(await confirm(bad, 'x')).toMatchObject(invalid);
    expect(await confirm('x', bad)).toMatchObject(invalid);
  });
});
