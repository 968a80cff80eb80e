import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import {
  Busy,
  NotAuthenticated,
  TokenExpired,
  TokenInvalid,
  TooManyAttempts,
  Unavailable,
  UserNotFound,
  ValidationFailed,
  WrongCredentials,
} from '../../../functions/core/errors.ts';
import {
  answer,
  type HttpReply,
  json,
  noContent,
  problemDetails,
  problemReply,
} from '../../../functions/middleware/http-replies.ts';
import { MalformedRequest, MethodNotAllowed, NotFound } from '../../../functions/protocol/errors.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';

const errors = { email: ['Must be an email address.'], age: ['Unknown field.', 'Really.'] };
const bearer = { 'www-authenticate': 'Bearer' };

describe('every answer may not be cached, sniffed, framed, or asked for without TLS', () => {
  it.each([
    ['with a body', json(200, { a: 1 }), { 'content-type': 'application/json' }],
    ['without a body', noContent, {}],
    ['with headers of its own', answer(308, { location: '/users' }), { location: '/users' }],
  ])('%s', (_, { headers }, own) => {
    expect(headers).toEqual({ ...ANSWER_HEADERS, ...own });
  });

  it('except that a public document says how long it may be cached, and a page what it loads', () => {
    const own = { 'cache-control': 'public, max-age=300', 'content-security-policy': "default-src 'self'" };
    expect(answer(200, own, { body: 'a page' })).toEqual({
      statusCode: 200,
      headers: { ...ANSWER_HEADERS, ...own },
      body: 'a page',
    });
  });
});

describe('an error becomes problem details', () => {
  it.each([
    [new MalformedRequest('invalid_json', 'x'), 400, 'Bad Request', 'invalid_json', {}],
    [new MalformedRequest('body_too_deep', 'x'), 400, 'Bad Request', 'body_too_deep', {}],
    [new ValidationFailed(errors), 400, 'Bad Request', 'validation_failed', {}],
    [new NotAuthenticated(), 401, 'Unauthorized', 'not_authenticated', bearer],
    [new TokenInvalid(), 401, 'Unauthorized', 'token_invalid', bearer],
    [new TokenExpired(), 401, 'Unauthorized', 'token_expired', bearer],
    [new WrongCredentials(), 401, 'Unauthorized', 'wrong_credentials', bearer],
    [new NotFound('/x'), 404, 'Not Found', 'not_found', {}],
    [new UserNotFound('42'), 404, 'Not Found', 'user_not_found', {}],
    [
      new MethodNotAllowed('PUT', ['GET', 'POST']),
      405,
      'Method Not Allowed',
      'method_not_allowed',
      { allow: 'GET, POST' },
    ],
    [new MalformedRequest('body_too_large', 'x'), 413, 'Content Too Large', 'body_too_large', {}],
    [
      new MalformedRequest('unsupported_media_type', 'x'),
      415,
      'Unsupported Media Type',
      'unsupported_media_type',
      {},
    ],
    [new TooManyAttempts(42), 429, 'Too Many Requests', 'too_many_attempts', { 'retry-after': '42' }],
    [new Unavailable(), 503, 'Service Unavailable', 'unavailable', { 'retry-after': '1' }],
  ])('%s: %d %s, %s', (error, status, title, code, headers) => {
    const reply = problemReply(error);
    expect({ ...reply, body: JSON.parse(reply.body ?? '') }).toEqual({
      statusCode: status,
      headers: { ...ANSWER_HEADERS, 'content-type': 'application/problem+json', ...headers },
      body: {
        type: 'about:blank',
        title,
        status,
        code,
        detail: error.message,
        ...(error instanceof ValidationFailed && { errors }),
      },
    });
  });

  it('without details of a server fault', () => {
    const reply = problemReply(new TypeError('cannot read password of undefined'));
    expect({ ...reply, body: JSON.parse(reply.body ?? '') }).toEqual({
      statusCode: 500,
      headers: { ...ANSWER_HEADERS, 'content-type': 'application/problem+json' },
      body: {
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        code: 'internal',
        detail: 'Something went wrong on the server.',
      },
    });
  });

  it.each(['a text', undefined, null, { code: 'not_found', message: 'not ours' }])('even of %j', (thrown) => {
    expect(JSON.parse(problemReply(thrown).body ?? '')).toMatchObject({ status: 500, code: 'internal' });
  });

  it('with a status of its own for each error that HTTP can meet', () => {
    expect(problemReply(new Busy()).statusCode).toBe(503);
  });
});

describe('a fault of the server is reported', () => {
  const reportedOf = async (error: Error) => {
    const reported: unknown[] = [];
    const handler = middy<APIGatewayProxyEventV2, HttpReply>()
      .use(problemDetails((fault) => reported.push(fault)))
      .handler(() => Promise.reject(error));
    await handler({} as APIGatewayProxyEventV2, {} as Context);
    return reported;
  };

  it.each([new Unavailable(), new TypeError('x is not a function')])('%s', async (error) => {
    expect(await reportedOf(error)).toEqual([error]);
  });

  it.each([new Busy(), new UserNotFound('x')])('and %s is none: anybody can cause it', async (error) => {
    expect(await reportedOf(error)).toEqual([]);
  });
});
