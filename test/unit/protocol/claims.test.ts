import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Issuer } from '../../../functions/core/issuers/issuer.ts';
import { readExternalUser, STANDARD_CLAIMS } from '../../../functions/protocol/claims.ts';
import { newEmail, profileRequest } from '../../../functions/protocol/requests.ts';
import { validate } from '../../../functions/protocol/validate.ts';
import { thrownBy } from '../support/rejection.ts';

const ISSUER: Issuer = { issuer: 'https://login.example', algorithms: ['RS256'] };
const read = (claims: object, issuer = ISSUER) => readExternalUser(issuer, { sub: 'ada', ...claims });

/** Texts that users like to call themselves: of any script, of halves, of what is invisible, of markup, of any length. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\udc00', 'a', ' ', '\u0000', '\u200b', '\u202e', '@', '-', '.'),
  }),
  fc.constantFrom('', ' ', '@', '__proto__', 'constructor', '<script>', 'ada@example.com', 'é'.repeat(700)),
);
const value = fc.oneof(text, text, text, fc.jsonValue());
const claims = fc.record(
  {
    preferred_username: value,
    given_name: value,
    family_name: value,
    email: fc.oneof(value, fc.emailAddress()),
    email_verified: fc.oneof(fc.boolean(), value),
  },
  { requiredKeys: [] },
);

describe('whatever the claims of a user are', () => {
  it('the account has a username that a registration could have, and room for a suffix', () => {
    fc.assert(
      fc.property(claims, (given) => {
        expect(read(given).username).toMatch(/^[A-Za-z0-9_.+-]{1,130}$/);
      }),
    );
  });

  it('each name is one that the user could have written themselves, or is left out', () => {
    fc.assert(
      fc.property(claims, (given) => {
        const { firstName, lastName } = read(given);
        validate(profileRequest, { first_name: firstName, last_name: lastName });
      }),
    );
  });

  it('the address is one that could register, or is left out, and is verified', () => {
    fc.assert(
      fc.property(claims, (given) => {
        const { email } = read(given);
        if (email === undefined) return;
        expect(validate(newEmail, email)).toBe(email);
        expect([true, 'true']).toContain(given.email_verified);
      }),
    );
  });

  it('the same claims always give the same person, and cleaning what is clean changes nothing', () => {
    fc.assert(
      fc.property(claims, (given) => {
        const once = read(given);
        expect(read(given)).toEqual(once);
        const again = read({
          preferred_username: once.username,
          given_name: once.firstName,
          family_name: once.lastName,
          email: once.email,
          email_verified: once.email !== undefined,
        });
        expect(again).toEqual(once);
      }),
    );
  });

  it('the user is who the issuer says, or nobody', () => {
    fc.assert(
      fc.property(value, claims, (sub, given) => {
        const isUsable =
          Number.isSafeInteger(sub) ||
          (typeof sub === 'string' &&
            sub !== '' &&
            sub.length <= 255 &&
            sub.isWellFormed() &&
            !/\p{Cc}/u.test(sub));
        if (isUsable) expect(read({ ...given, sub }).subject).toBe(String(sub));
        else expect(thrownBy(() => read({ ...given, sub }))).toEqual({ code: 'subject_token_invalid' });
      }),
    );
  });
});

describe('a person', () => {
  const person = { issuer: ISSUER.issuer, subject: 'ada', username: 'user' };

  it('without claims has only an id', () => {
    expect(read({})).toEqual({ ...person, firstName: undefined, lastName: undefined, email: undefined });
  });

  it.each([
    ['Ada.Lovelace_1', 'Ada.Lovelace_1'],
    ['Ada Lovelace', 'Ada-Lovelace'],
    ['Zoë Ångström', 'Zoe-Angstrom'],
    ['ada@example.com', 'ada'],
    ['Анна', 'user'],
    ['  ', 'user'],
    ['-ada-', 'ada'],
    ['../../etc', 'etc'],
    ['a'.repeat(200), 'a'.repeat(130)],
  ])('who is called %j gets the username %j', (preferred_username, username) => {
    expect(read({ preferred_username })).toMatchObject({ username });
  });

  it('without a username is called by their names', () => {
    expect(read({ given_name: 'Ada', family_name: 'Lovelace' }).username).toBe('Ada-Lovelace');
    expect(read({ family_name: 'Lovelace' }).username).toBe('Lovelace');
    expect(read({ preferred_username: '@', given_name: 'Ada' }).username).toBe('Ada');
  });

  it.each([
    ['Ada', 'Ada'],
    ['  Ada \t Augusta\n', 'Ada Augusta'],
    ['A\u0000da', 'A da'],
    ['é'.repeat(151), 'é'.repeat(150)],
    ['\u{1f980}'.repeat(151), '\u{1f980}'.repeat(150)],
    ['\ud800', undefined],
    ['\u200b', undefined],
    [7, undefined],
    [null, undefined],
    [['Ada'], undefined],
  ])('whose first name is %j is called %j', (given_name, firstName) => {
    expect(read({ given_name }).firstName).toBe(firstName);
  });

  it.each([
    [true, 'ada@example.com'],
    ['true', 'ada@example.com'],
    [false, undefined],
    ['false', undefined],
    [undefined, undefined],
    [1, undefined],
    [['true'], undefined],
  ])('whose address is verified: %j has %j', (email_verified, email) => {
    expect(read({ email: ' ada@example.com ', email_verified }).email).toBe(email);
  });

  it('is read from the claims that the settings name', () => {
    const issuer = {
      ...ISSUER,
      claims: { id: 'uid', username: 'cognito:username', firstName: 'name', email: 'https://x/mail' },
    };
    const given = { uid: 42, 'cognito:username': 'ada', name: 'Ada', 'https://x/mail': 'a@b.c' };
    expect(read({ ...given, email_verified: true }, issuer)).toEqual({
      issuer: ISSUER.issuer,
      subject: '42',
      username: 'ada',
      firstName: 'Ada',
      lastName: undefined,
      email: 'a@b.c',
    });
  });

  it('is not read from what every object has', () => {
    const names = Object.fromEntries(Object.keys(STANDARD_CLAIMS).map((name) => [name, 'constructor']));
    expect(thrownBy(() => read({}, { ...ISSUER, claims: names }))).toEqual({ code: 'subject_token_invalid' });
  });
});
