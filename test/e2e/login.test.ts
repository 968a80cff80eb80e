import { decodeJwt } from 'jose';
import { describe, expect, inject, it } from 'vitest';
import { logIn, people, person, registration } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));
const attempt = (body: unknown) => api.post('/users/token/', body);

describe('logging in', () => {
  it('answers with two tokens that must not be cached', async () => {
    const { email, password } = await person(api);
    const { status, headers, body } = await attempt({ email, password });
    expect({ status, body }).toEqual({
      status: 200,
      body: { access: expect.any(String), refresh: expect.any(String) },
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('puts the user and the session into the access token', async () => {
    const { id, username, access } = await person(api);
    const claims = decodeJwt(access);
    expect(claims).toEqual({
      token_type: 'access',
      user_id: id,
      sub: id,
      username,
      sid: expect.any(String),
      jti: expect.any(String),
      iss: expect.stringMatching(/^parley-/),
      aud: claims.iss,
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(claims.exp).toBeGreaterThan(claims.iat as number);
  });

  it('accepts the e-mail address in another letter case, for the same account', async () => {
    const { id, email, password } = await person(api);
    const { access } = await logIn(api, { email: email.toUpperCase(), password });
    expect(decodeJwt(access).sub).toBe(id);
  });

  it('opens a session of its own each time', async () => {
    const ada = await person(api);
    const second = await logIn(api, ada);
    expect(decodeJwt(second.access).sid).not.toBe(decodeJwt(ada.access).sid);
    expect(await api.post('/users/token/refresh/', { refresh: ada.refresh })).toMatchObject({ status: 200 });
    expect(await api.post('/users/token/refresh/', { refresh: second.refresh })).toMatchObject({
      status: 200,
    });
  });

  it('gives the same answer for a wrong password and for an unknown e-mail address', async () => {
    const { email } = await person(api);
    const wrong = await attempt({ email, password: 'not-the-password' });
    const unknown = await attempt({ email: registration().email, password: 'not-the-password' });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
    expect(unknown.body).toEqual(wrong.body);
  });

  it.each([
    ['of 37 accented letters', 'é'.repeat(37), 'é'.repeat(36)],
    ['whose 73rd byte is another', `${'p7'.repeat(36)}!`, `${'p7'.repeat(36)}?`],
    ['that repeats another with NULs between', 'ab\0ab\0ab\0ab', 'ab'],
    ['with a NUL', 'analytical\0engine', 'analytical'],
  ])('accepts all of a password %s, in every form of Unicode', async (_what, password, other) => {
    for (const form of ['NFC', 'NFD'] as const) {
      const typed = password.normalize(form);
      const { email, ...more } = registration({ password: typed, password2: typed });
      expect(await api.post('/users/register/', { email, ...more })).toMatchObject({ status: 201 });
      for (const again of ['NFC', 'NFD'] as const) {
        expect(await attempt({ email, password: password.normalize(again) })).toMatchObject({ status: 200 });
      }
      expect(await attempt({ email, password: other })).toMatchObject({ status: 401 });
    }
  });
});

describe('logging in is refused with', () => {
  const known = { email: 'ada@example.com', password: 'analytical-engine' };

  it.each([
    ['no email', { password: known.password }, 'email'],
    ['no password', { email: known.email }, 'password'],
    ['an email that is a number', { ...known, email: 7 }, 'email'],
    ['an email that is a list', { ...known, email: [known.email] }, 'email'],
    ['an email that is a condition', { ...known, email: { $ne: '' } }, 'email'],
    ['an email of 255 characters', { ...known, email: `${'a'.repeat(243)}@example.com` }, 'email'],
    ['a password of 4,097 characters', { ...known, password: 'x'.repeat(4097) }, 'password'],
    ['a field that is none', { ...known, remember: true }, 'remember'],
    ['a password that is null', { ...known, password: null }, 'password'],
    ['a password that is an object', { ...known, password: {} }, 'password'],
  ])('%s', async (_what, body, field) => {
    const reply = await attempt(body);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { [field]: [expect.any(String)] } },
    });
  });
});

describe('guessing passwords', () => {
  it('is stopped after some failures, for that address only, and then refuses the right password too', async () => {
    const [ada, charles] = await people(api, 2);
    const statuses: number[] = [];
    while (statuses.length < 30 && statuses.at(-1) !== 429) {
      statuses.push((await attempt({ email: ada.email, password: 'a-wrong-guess' })).status);
    }
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);

    const right = await attempt({ email: ada.email.toUpperCase(), password: ada.password });
    expect(right).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await attempt({ email: charles.email, password: charles.password })).toMatchObject({
      status: 200,
    });
  });

  it('is stopped for an address without an account too, so it reveals nothing', async () => {
    const { email } = registration();
    let last = 0;
    for (let tries = 0; tries < 30 && last !== 429; tries += 1) {
      last = (await attempt({ email, password: 'a-wrong-guess' })).status;
    }
    expect(last).toBe(429);
  });

  it('gets no further with 200 guesses at once, with or without an account', async () => {
    const { email } = await person(api);
    const emails = [email, registration().email];
    const counts = await Promise.all(
      emails.map(async (one) => {
        const guesses = Array.from({ length: 200 }, (_, i) => ({
          email: one,
          password: `a-wrong-guess-${i}`,
        }));
        const replies = await Promise.all(guesses.map(attempt));
        return Object.fromEntries(
          [...Map.groupBy(replies, ({ body }) => body.code)].map(([code, { length }]) => [code, length]),
        );
      }),
    );
    const most = { wrong_credentials: 10, too_many_attempts: 190 };
    expect(counts).toEqual([most, most]);
  });
});
