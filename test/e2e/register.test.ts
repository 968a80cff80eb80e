import { describe, expect, inject, it } from 'vitest';
import { logIn, person, registration } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));
const register = (body: unknown) => api.post('/users/register/', body);

describe('registering', () => {
  it('answers with the account and never with the password', async () => {
    const ada = registration({ first_name: 'Ada', last_name: 'King-Noël, Countess of Lovelace' });
    const { status, body } = await register(ada);
    const { password: _, password2: __, ...shown } = ada;
    expect({ status, body }).toEqual({ status: 201, body: { id: expect.any(String), ...shown } });
  });

  it.each([
    [
      'a username of 150 characters, of all that are allowed',
      { username: `${registration().username}_.@+-A9`.padEnd(150, 'x') },
    ],
    ['a password of 256 characters', { password: '語🦀'.repeat(128), password2: '語🦀'.repeat(128) }],
    ['a password of exactly 8 characters', { password: 'kJ4#w9Zp', password2: 'kJ4#w9Zp' }],
    [
      'names of 150 characters, also outside the first plane',
      { first_name: '𝒳'.repeat(150), last_name: '名'.repeat(150) },
    ],
  ])('accepts %s', async (_what, changes) => {
    const chosen = registration(changes);
    expect(await register(chosen)).toMatchObject({ status: 201, body: { username: chosen.username } });
    await logIn(api, chosen);
  });

  it('keeps a password as it is, with its spaces', async () => {
    const password = '  the blanks count  ';
    const ada = registration({ password, password2: password });
    expect(await register(ada)).toMatchObject({ status: 201 });
    expect(await api.post('/users/token/', { email: ada.email, password: password.trim() })).toMatchObject({
      status: 401,
    });
    await logIn(api, ada);
  });
});

describe('a registration is refused, and stores nothing, with', () => {
  // All rows share one e-mail address and one username unless the row changes them. If anything were stored, the last
  // test would fail.
  const valid = registration();
  const fields = Object.keys(valid) as (keyof typeof valid)[];
  const without = (field: string) =>
    Object.fromEntries(Object.entries(valid).filter(([key]) => key !== field));
  const both = (password: string) => ({ password, password2: password });

  const rows: [what: string, body: Record<string, unknown>, field: string][] = [
    ...fields.map((field): [string, Record<string, unknown>, string] => [
      `no ${field}`,
      without(field),
      field,
    ]),
    ...fields.flatMap((field) =>
      [null, 7, true, ['x'], { x: 'x' }, ''].map((value): [string, Record<string, unknown>, string] => [
        `${field} ${JSON.stringify(value)}`,
        { ...valid, [field]: value },
        field,
      ]),
    ),
    ['an unknown field', { ...valid, is_staff: true }, 'is_staff'],
    ['an email of 255 characters', { ...valid, email: `${'a'.repeat(243)}@example.com` }, 'email'],
    ['an email without @', { ...valid, email: 'ada.example.com' }, 'email'],
    ['an email without a name', { ...valid, email: '@example.com' }, 'email'],
    ['an email with a space', { ...valid, email: 'ada lovelace@example.com' }, 'email'],
    ['an email with a line break', { ...valid, email: 'ada@example.com\nbcc:eve@example.com' }, 'email'],
    ['a username of 151 characters', { ...valid, username: 'a'.repeat(151) }, 'username'],
    ['a username with a space', { ...valid, username: 'ada lovelace' }, 'username'],
    ['a username with a space at its end', { ...valid, username: `${valid.username} ` }, 'username'],
    ['a username with a NUL', { ...valid, username: `${valid.username}\u0000` }, 'username'],
    ['a username with a line break at its end', { ...valid, username: `${valid.username}\n` }, 'username'],
    ['a username with a Cyrillic а', { ...valid, username: 'аda' }, 'username'],
    ['a username with a full-width letter', { ...valid, username: 'ａda' }, 'username'],
    ['a username with an override of the writing direction', { ...valid, username: 'ada\u202e' }, 'username'],
    ['a first name of 151 characters', { ...valid, first_name: 'x'.repeat(151) }, 'first_name'],
    ['a last name of 151 characters', { ...valid, last_name: 'x'.repeat(151) }, 'last_name'],
    ['a first name with a control character', { ...valid, first_name: 'Ada\u0007' }, 'first_name'],
    ['a last name with a lone surrogate', { ...valid, last_name: 'Love\ud800lace' }, 'last_name'],
    ['a password of 7 characters', { ...valid, ...both('kJ4#w9Z') }, 'password'],
    ['a password of 4 letters and 4 accents', { ...valid, ...both('éèêë'.normalize('NFD')) }, 'password'],
    ['a password of 257 characters', { ...valid, ...both('名'.repeat(257)) }, 'password'],
    ['a common password', { ...valid, ...both('12345678') }, 'password'],
    ['a common password in capitals', { ...valid, ...both('PASSWORD1') }, 'password'],
    [
      'the username within the password',
      { ...valid, ...both(`7${valid.username.toUpperCase()}7`) },
      'password',
    ],
    ['a last name and a year as the password', { ...valid, ...both(`${valid.last_name}-1815`) }, 'password'],
    ['the name of the service as the password', { ...valid, ...both('P4rley-2026') }, 'password'],
    ['a sequence as the password', { ...valid, ...both('efghijkl') }, 'password'],
    ['two passwords that differ', { ...valid, password2: `${valid.password}x` }, 'password2'],
  ];

  it.each(rows)('%s', async (_what, body, field) => {
    const reply = await register(body);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { [field]: expect.any(Array) } },
    });
  });

  it('several wrong fields, and names them all', async () => {
    const { body } = await register({ ...valid, email: 'x', username: 'x y', password2: undefined });
    expect(Object.keys(body.errors).sort()).toEqual(['email', 'password2', 'username']);
  });

  it('none of these: afterwards the same user can register', async () => {
    expect(await register(valid)).toMatchObject({ status: 201 });
  });
});

describe('an e-mail address', () => {
  it.each([
    '{name}&bob@example.com',
    '{name}/sales=x@example.com',
    '{name}@xn--e1afmkfd.xn--p1ai',
    '{name}@localhost',
  ])('may have any form that a browser accepts: %s', async (form) => {
    const email = form.replace('{name}', registration().username);
    expect(await register(registration({ email }))).toMatchObject({ status: 201, body: { email } });
  });

  it('is the same in either spelling of its domain, for registration and for login', async () => {
    const { username: name, password, ...rest } = registration();
    const email = `${name}@пример.рф`;
    const ascii = `${name}@xn--e1afmkfd.xn--p1ai`;
    const account = registration({ ...rest, username: name, password, password2: password, email });
    expect(await register(account)).toMatchObject({ status: 201, body: { email: ascii } });
    for (const again of [email, ascii, `${name}@ПРИМЕР。РФ`, ` ${ascii.toUpperCase()} `]) {
      expect(await register(registration({ email: again }))).toMatchObject({
        status: 400,
        body: { errors: { email: [expect.any(String)] } },
      });
      expect(await api.post('/users/token/', { email: again, password })).toMatchObject({ status: 200 });
    }
  });
});

describe('e-mail address and username belong to one account', () => {
  it.each([
    ['email', (text: string) => text],
    ['email', (text: string) => text.toUpperCase()],
    ['username', (text: string) => text],
    ['username', (text: string) => text.toUpperCase()],
  ] as const)('a taken %s is refused whatever its letter case', async (field, spelled) => {
    const ada = await person(api);
    const reply = await register(registration({ [field]: spelled(ada[field]) }));
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(Object.keys(reply.body.errors)).toEqual([field]);
  });

  it('both are named when both are taken', async () => {
    const { email, username } = await person(api);
    const { body } = await register(registration({ email, username }));
    expect(Object.keys(body.errors).sort()).toEqual(['email', 'username']);
  });

  it('a refused registration takes neither of them', async () => {
    const ada = await person(api);
    const second = registration({ username: ada.username });
    expect(await register(second)).toMatchObject({ status: 400 });
    expect(await register({ ...second, username: registration().username })).toMatchObject({ status: 201 });
  });

  it('of six identical registrations at once, one succeeds and five answer 400', async () => {
    const ada = registration();
    const replies = await Promise.all(Array.from({ length: 6 }, () => register(ada)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
    await logIn(api, ada);
  });

  it('of six registrations at once for one username, one succeeds, and the others can choose another name', async () => {
    const { username } = registration();
    const rivals = Array.from({ length: 6 }, () => registration({ username }));
    const replies = await Promise.all(rivals.map(register));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
    const loser = rivals[replies.findIndex(({ status }) => status === 400)];
    expect(await register({ ...loser, username: registration().username })).toMatchObject({ status: 201 });
  });
});
