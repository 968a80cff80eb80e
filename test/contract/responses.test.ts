import { expect, it } from 'vitest';
import { assertDocumented } from '../e2e/support/contract.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const tokens = { access: 'a.b.c', refresh: 'r' };
const problem = {
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  code: 'token_invalid',
  detail: 'It is not valid.',
};

/** test/e2e validates each response with this check. These tests show that the check finds faults. */
function check(method: string, path: string, status: number, headers: Record<string, string>, body: unknown) {
  return () =>
    assertDocumented(method, path, {
      status,
      headers: new Headers(headers),
      text: body === undefined ? '' : JSON.stringify(body),
    });
}

it('accepts a response that the document describes', () => {
  check('POST', '/users/token/', 200, { ...JSON_TYPE, 'cache-control': 'no-store' }, tokens)();
  check('POST', '/users/logout', 204, {}, undefined)();
  check(
    'GET',
    '/users/?limit=1',
    401,
    { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' },
    problem,
  )();
});

it.each([
  [
    'an undescribed status',
    check('POST', '/users/token/', 418, JSON_TYPE, tokens),
    /status is not described/,
  ],
  [
    'an undescribed content type',
    check(
      'POST',
      '/users/token/',
      200,
      { 'content-type': 'text/plain', 'cache-control': 'no-store' },
      tokens,
    ),
    /text\/plain is not described/,
  ],
  ['a missing header', check('POST', '/users/token/', 200, JSON_TYPE, tokens), /Cache-Control is missing/],
  [
    'a header of another value',
    check('POST', '/users/token/', 200, { ...JSON_TYPE, 'cache-control': 'public' }, tokens),
    /Cache-Control must be equal/,
  ],
  [
    'a missing field',
    check('POST', '/users/token/', 200, { ...JSON_TYPE, 'cache-control': 'no-store' }, { access: 'a.b.c' }),
    /required property 'refresh'/,
  ],
  [
    'an unknown field',
    check('POST', '/users/token/', 200, { ...JSON_TYPE, 'cache-control': 'no-store' }, { ...tokens, x: 1 }),
    /must NOT have additional/,
  ],
  [
    'a field of another type',
    check('GET', '/users', 200, JSON_TYPE, { count: '1', next: null, previous: null, results: [] }),
    /count must be integer/,
  ],
  [
    'a body, although the document has none',
    check('POST', '/users/logout', 204, {}, {}),
    /a body where none is described/,
  ],
  [
    'a code of another operation',
    check(
      'POST',
      '/users/token',
      401,
      { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' },
      problem,
    ),
    /code must be equal to constant/,
  ],
  [
    'a 405 without Allow',
    check(
      'PUT',
      '/users',
      405,
      { 'content-type': 'application/problem+json' },
      { ...problem, status: 405, code: 'method_not_allowed' },
    ),
    /Allow is missing/,
  ],
  [
    'an unknown path that answers 200',
    check('GET', '/nowhere', 200, JSON_TYPE, {}),
    /status is not described/,
  ],
])('refuses a response with %s', (_what, checking, complaint) => {
  expect(checking).toThrow(complaint);
});
