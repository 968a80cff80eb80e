import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Person, person } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

let ada: Person;
const register = async () => {
  ada = await person(api);
};

const me = async (who: Person) => (await api.get('/users/me/', { token: who.access })).body;
const change = (body: unknown) => api.patch('/users/me/', body, { token: ada.access });

/** The fields that `person` registers. */
const registered = ({ id, email, username }: Person) => ({
  id,
  email,
  email_verified: false,
  username,
  first_name: 'Ada',
  last_name: 'Lovelace',
  presence: 'shown',
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  has_password: true,
});

describe('the caller’s own account', () => {
  beforeEach(register);

  it('is shown without the password', async () => {
    expect(await me(ada)).toEqual(registered(ada));
  });

  it('is the account of the token', async () => {
    const charles = await person(api);
    expect((await me(charles)).id).toBe(charles.id);
  });

  it.each([
    ['a first name', { first_name: 'Augusta' }],
    ['a last name', { last_name: 'King' }],
    ['both names', { first_name: 'Augusta', last_name: 'King' }],
    ['names of many scripts', { first_name: '愛達 Ǻ', last_name: '🦀 O’Neill' }],
    ['names of 150 characters', { first_name: '𝒳'.repeat(150), last_name: 'é'.repeat(150) }],
    ['hidden presence', { presence: 'hidden' }],
    ['a name and presence', { last_name: 'King', presence: 'hidden' }],
    ['nothing', {}],
  ])('accepts %s, keeps the rest, and answers with the new state', async (_what, changes) => {
    const reply = await change(changes);
    expect(reply).toMatchObject({ status: 200, body: { ...registered(ada), ...changes } });
    expect(await me(ada)).toEqual(reply.body);
  });

  it('may hide its presence and show it again', async () => {
    await change({ presence: 'hidden' });
    expect((await change({ first_name: 'Augusta' })).body.presence).toBe('hidden');
    expect((await change({ presence: 'shown' })).body).toMatchObject({
      first_name: 'Augusta',
      presence: 'shown',
    });
  });

  it('keeps all of many independent changes at once', async () => {
    await Promise.all([
      change({ first_name: 'Augusta' }),
      change({ last_name: 'King' }),
      change({ presence: 'hidden' }),
    ]);
    expect(await me(ada)).toMatchObject({ first_name: 'Augusta', last_name: 'King', presence: 'hidden' });
  });
});

describe('a change of the account is refused, and nothing is changed,', () => {
  beforeAll(register);

  it.each([
    ['an empty name', { first_name: '' }, 'first_name'],
    ['a blank name', { first_name: ' \u00a0' }, 'first_name'],
    ['a name that nobody sees', { first_name: '\u2060\u3164' }, 'first_name'],
    ['a name of 151 characters', { last_name: 'x'.repeat(151) }, 'last_name'],
    ['a control character in a name', { last_name: 'King\u0007' }, 'last_name'],
    ['half a surrogate pair in a name', '{"first_name": "\\ud83e"}', 'first_name'],
    ['a name that is no text', { first_name: 7 }, 'first_name'],
    ['null for a name', { first_name: null }, 'first_name'],
    ['another presence', { presence: 'away' }, 'presence'],
    ['a presence that is no text', { presence: true }, 'presence'],
    ['a username, which stays for good', { username: 'augusta' }, 'username'],
    ['an e-mail', { email: 'augusta@example.com' }, 'email'],
    ['a password', { password: 'analytical-engine-1843' }, 'password'],
    ['an id', { id: crypto.randomUUID() }, 'id'],
    ['staff', { staff: true }, 'staff'],
  ])('with %s', async (_what, body, field) => {
    const reply = await change(body);
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(reply.body.errors).toEqual({ [field]: [expect.any(String)] });
    expect(await me(ada)).toEqual(registered(ada));
  });

  it('with one good and one bad field', async () => {
    expect(await change({ first_name: 'Augusta', last_name: '' })).toMatchObject({
      status: 400,
      body: { errors: { last_name: [expect.any(String)] } },
    });
    expect(await me(ada)).toEqual(registered(ada));
  });

  it.each([undefined, 'garbage'])('without a good token (%s)', async (token) => {
    expect((await api.patch('/users/me/', { first_name: 'Eve' }, { token })).status).toBe(401);
    expect((await api.get('/users/me/', { token })).status).toBe(401);
    expect(await me(ada)).toEqual(registered(ada));
  });
});
