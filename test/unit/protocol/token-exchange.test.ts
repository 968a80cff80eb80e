import { describe, expect, it } from 'vitest';
import { oauthError, readDeletion, readTokenExchange } from '../../../functions/protocol/token-exchange.ts';
import { thrownBy } from '../support/rejection.ts';

const TYPE = 'urn:ietf:params:oauth:token-type:';
const good = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'a.b.c',
  subject_token_type: `${TYPE}id_token`,
};

const form = (body: string, isBase64Encoded = false) =>
  readTokenExchange({
    body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded,
    contentType: 'application/x-www-form-urlencoded; charset=UTF-8',
  });
const json = (body: unknown) =>
  readTokenExchange({
    body: JSON.stringify(body),
    isBase64Encoded: false,
    contentType: 'application/json',
  });

describe('a token exchange', () => {
  it.each(['id_token', 'access_token', 'jwt'])('is read from a form and from JSON: %s', (type) => {
    const given = { ...good, subject_token_type: TYPE + type };
    expect(form(`${new URLSearchParams(given)}`)).toEqual({ token: 'a.b.c', type });
    expect(form(`${new URLSearchParams(given)}`, true)).toEqual({ token: 'a.b.c', type });
    expect(json(given)).toEqual({ token: 'a.b.c', type });
  });

  it('may have parameters that nobody knows, and some without a value', () => {
    const more = { ...good, client_id: 'x', client_secret: 'y', scope: 'z', audience: '', __proto__: 'x' };
    expect(form(`${new URLSearchParams(more)}`)).toEqual({ token: 'a.b.c', type: 'id_token' });
    expect(json({ ...good, client_id: 'x' })).toEqual({ token: 'a.b.c', type: 'id_token' });
  });

  it.each([
    ['no parameters', '', 'unsupported_grant_type'],
    ['a grant type only', `grant_type=${good.grant_type}`, 'invalid_request'],
    ['a parameter twice', `${new URLSearchParams(good)}&grant_type=x`, 'invalid_request'],
    ['an audience', `${new URLSearchParams({ ...good, audience: 'x' })}`, 'invalid_target'],
    ['a resource', `${new URLSearchParams({ ...good, resource: 'x' })}`, 'invalid_target'],
    ['an actor', `${new URLSearchParams({ ...good, actor_token: 'x' })}`, 'invalid_request'],
    ['broken escapes', `${new URLSearchParams(good)}&subject_token=%ff%`, 'invalid_request'],
  ])('with %s is refused, and OAuth’s code says why', (_, body, code) => {
    let fault: unknown;
    try {
      form(body);
    } catch (error) {
      fault = error;
    }
    expect(fault).toMatchObject({ code: 'validation_failed' });
    expect(oauthError(fault)).toBe(code);
  });

  it.each([null, [], 'x', 7, { ...good, subject_token: {} }, { ...good, audience: null }])(
    'that is %j as JSON is refused',
    (body) => {
      expect(thrownBy(() => json(body))).toMatchObject({ code: 'validation_failed' });
    },
  );

  it('is refused by its size before it is read', () => {
    expect(thrownBy(() => form('x'.repeat(16 * 1024 + 1)))).toMatchObject({ code: 'body_too_large' });
  });
});

describe('the body of a deletion', () => {
  const deletion = (body: unknown, arePasswordsOn = true) =>
    readDeletion(
      { body: JSON.stringify(body), isBase64Encoded: false, contentType: 'application/json' },
      { arePasswordsOn },
    );
  const { grant_type: _, ...token } = good;

  it('has a password, or a token of another issuer', () => {
    expect(deletion({ password: 'x' })).toEqual({ password: 'x' });
    for (const arePasswordsOn of [true, false])
      expect(deletion(token, arePasswordsOn)).toEqual({ token: 'a.b.c', type: 'id_token' });
  });

  it.each([
    [{}, { password: [expect.any(String)] }],
    [{ password: 7 }, { password: [expect.any(String)] }],
    [{ ...token, password: 'x' }, { password: ['Unknown field.'] }],
    [good, { grant_type: ['Unknown field.'] }],
    [{ subject_token: 'x' }, { subject_token_type: [expect.any(String)] }],
    [{ subject_token_type: token.subject_token_type }, { subject_token: [expect.any(String)] }],
    [{ ...token, subject_token: 'x'.repeat(8_193) }, { subject_token: [expect.any(String)] }],
  ])('is checked: %j', (body, errors) => {
    expect(thrownBy(() => deletion(body))).toMatchObject({ code: 'validation_failed', errors });
  });

  it('is refused where there are no passwords, unless it has a token', () => {
    for (const body of [{ password: 'x' }, {}, []])
      expect(thrownBy(() => deletion(body, false))).toMatchObject({ code: 'passwords_off' });
  });
});
