import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  logoutRequest,
  readIdempotencyKey,
  refreshRequest,
  registerRequest,
  tokenRequest,
} from '../../../functions/protocol/requests.ts';
import { validate } from '../../../functions/protocol/validate.ts';
import { id } from '../support/people.ts';
import { thrownBy } from '../support/rejection.ts';

const registration = {
  email: 'Alice@Example.org',
  username: 'Alice',
  first_name: 'Alice',
  last_name: 'Liddell',
  password: 'down the rabbit hole',
  password2: 'down the rabbit hole',
};
const errorsOf = (schema: Parameters<typeof validate>[0], value: unknown) =>
  (thrownBy(() => validate(schema, value)) as { errors: object }).errors;
const registerErrors = (changes: object) => errorsOf(registerRequest, { ...registration, ...changes });

describe('a registration', () => {
  it('is taken as it is', () => {
    expect(validate(registerRequest, registration)).toEqual(registration);
  });

  it.each([
    ['username', 'a'],
    ['username', 'x'.repeat(150)],
    ['username', 'A.b_c@d+e-9'],
    ['first_name', 'Åsa-Lena 王'],
    ['last_name', "O'Brien y Gómez"],
    ['first_name', 'x'.repeat(150)],
    ['first_name', '𝒳'.repeat(150)],
    ['email', `${'a'.repeat(60)}@${'b.'.repeat(93)}example`],
    ['password', '🦀'.repeat(18)],
    ['password', '語'.repeat(24)],
  ])('may have the %s %j', (field, value) => {
    expect(validate(registerRequest, { ...registration, [field]: value })).toMatchObject({ [field]: value });
  });

  const NAME_RULE = 'May have letters from a to z, digits and @ . + - _ only.';
  it.each([
    ['username', 'a b', NAME_RULE],
    ['username', 'alice\n', NAME_RULE],
    ['username', 'аlice', NAME_RULE],
    ['username', 'alíce', NAME_RULE],
    ['username', 'ali\u200bce', NAME_RULE],
    ['username', 'Ａlice', NAME_RULE],
    ['username', 'a/b', NAME_RULE],
    ['username', 'x'.repeat(151), 'Must have at most 150 characters.'],
    ['first_name', '', 'Must not be empty.'],
    ['first_name', '  ', 'Must not be blank.'],
    ['first_name', 'x'.repeat(151), 'Must have at most 150 characters.'],
    ['first_name', '𝒳'.repeat(151), 'Must have at most 150 characters.'],
    ['first_name', '\u200b', 'Must not be blank.'],
    ['last_name', '\u3164 \ufe0f', 'Must not be blank.'],
    ['last_name', 'a\0b', 'Must not contain control characters.'],
    ['last_name', 'a\u001bb', 'Must not contain control characters.'],
    ['last_name', 'a\u0085b', 'Must not contain control characters.'],
    ['last_name', '\ud800', 'Must be well-formed Unicode.'],
    ['email', ` ${'a'.repeat(254)}`, 'Must have at most 254 characters.'],
    ['email', `${'a'.repeat(243)}@example.org`, 'Must have at most 254 characters.'],
    ['email', `${'a'.repeat(200)}@${'пример.'.repeat(7)}рф`, 'Must have at most 254 characters.'],
    ['password', '🦀'.repeat(7), 'Must have at least 8 characters.'],
    ['password', 'short', 'Must have at least 8 characters.'],
    ['password', 'éèêë'.normalize('NFD'), 'Must have at least 8 characters.'],
    ['password', 'x'.repeat(257), 'Must have at most 256 characters.'],
    ['password', '\ud800 and so on', 'Must be well-formed Unicode.'],
  ])('may not have the %s %j', (field, value, message) => {
    expect(registerErrors({ [field]: value })).toEqual({ [field]: [message] });
  });

  it.each(Object.keys(registration))('needs the field %s', (field) => {
    expect(registerErrors({ [field]: undefined })).toEqual({ [field]: ['This field is required.'] });
  });

  it.each(Object.keys(registration))('takes text alone for %s', (field) => {
    for (const value of [null, 1, true, {}]) {
      expect(registerErrors({ [field]: value })).toEqual({ [field]: ['Must be a string.'] });
    }
  });

  it('may have no other field', () => {
    const more = JSON.parse('{"staff": true, "id": 1, "__proto__": {"staff": true}, "constructor": 1}');
    expect(errorsOf(registerRequest, Object.assign(more, registration))).toEqual(
      Object.assign(JSON.parse('{"__proto__": ["Unknown field."]}'), {
        staff: ['Unknown field.'],
        id: ['Unknown field.'],
        constructor: ['Unknown field.'],
      }),
    );
  });

  it('gets all faults in one answer', () => {
    expect(errorsOf(registerRequest, {})).toEqual(
      Object.fromEntries(Object.keys(registration).map((field) => [field, ['This field is required.']])),
    );
  });
});

it.each([null, [], 'text', 7, true])('a request is an object, not %j', (value) => {
  expect(errorsOf(tokenRequest, value)).toEqual({ body: ['Must be an object.'] });
});

describe('a login', () => {
  it('takes any email and password that could be somebody’s', () => {
    const login = { email: 'alice', password: 'x'.repeat(4_096) };
    expect(validate(tokenRequest, login)).toEqual(login);
  });

  it.each([
    [{ email: '' }, { email: ['Must not be empty.'] }],
    [{ email: 'x'.repeat(255) }, { email: ['Must have at most 254 characters.'] }],
    // DynamoDB takes no key that UTF-8 cannot carry: without this rule it would be a fault of the server's.
    [{ email: '\ud800@example.org' }, { email: ['Must be well-formed Unicode.'] }],
    [{ password: '' }, { password: ['Must not be empty.'] }],
    [{ password: 'x'.repeat(4_097) }, { password: ['Must have at most 4096 characters.'] }],
    [{ otp: '123456' }, { otp: ['Unknown field.'] }],
  ])('refuses %j', (changes, errors) => {
    expect(errorsOf(tokenRequest, { email: 'alice@example.org', password: 'x', ...changes })).toEqual(errors);
  });
});

it.each([
  ['refresh', refreshRequest],
  ['refresh_token', logoutRequest],
])('a request with a token has it as %s, and nothing else', (field, schema) => {
  expect(validate(schema, { [field]: 'a.b.c' })).toEqual({ [field]: 'a.b.c' });
  expect(errorsOf(schema, { [field]: '' })).toEqual({ [field]: ['Must not be empty.'] });
  expect(errorsOf(schema, { [field]: 'x'.repeat(4_097) })).toEqual({
    [field]: ['Must have at most 4096 characters.'],
  });
  expect(errorsOf(schema, { [field]: 'x', token: 'y' })).toEqual({ token: ['Unknown field.'] });
});

it('any request is accepted, or refused field by field', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const errors = errorsOf(registerRequest, value);
      expect(
        Object.values(errors)
          .flat()
          .every((message) => typeof message === 'string'),
      ).toBe(true);
      expect(Object.keys(errors)).not.toEqual([]);
    }),
  );
});

const KEY = 'abcdef00-0000-4000-8000-00000000000f';

describe('the key of a message sent by HTTP', () => {
  it.each([KEY, `"${KEY}"`, KEY.toUpperCase(), ` "${KEY}" `])('may be written %j', (header) => {
    expect(readIdempotencyKey(header)).toBe(KEY);
  });

  it.each([undefined, '', '""', 'x', `'${KEY}'`, `""${KEY}""`, `${KEY}, ${id(1)}`, KEY.slice(1), `${KEY}0`])(
    'may not be %j',
    (header) => {
      expect(thrownBy(() => readIdempotencyKey(header))).toEqual({
        code: 'validation_failed',
        errors: { 'Idempotency-Key': ['This header must be a UUID.'] },
      });
    },
  );
});
