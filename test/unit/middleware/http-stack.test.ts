import { describe, expect, it } from 'vitest';
import { TokenInvalid, Unavailable, UserNotFound, WrongCredentials } from '../../../functions/core/errors.ts';
import type { Identity } from '../../../functions/core/sessions/session.ts';
import { type HttpReply, json, noContent } from '../../../functions/middleware/http-replies.ts';
import { baseUrl, httpStack, jsonInput } from '../../../functions/middleware/http-stack.ts';
import { authenticate } from '../../../functions/middleware/user-stack.ts';
import { refreshRequest } from '../../../functions/protocol/requests.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';
import { httpEvent, jsonEvent, lambdaContext } from '../support/events.ts';
import { alice, id } from '../support/people.ts';
import { rememberedReporting } from '../support/reporting.ts';

const codeOf = (reply: { body?: string | undefined }) => JSON.parse(reply.body ?? '').code;

describe('an HTTP entry', () => {
  it('returns the answer of its handler', async () => {
    const reporting = rememberedReporting();
    const handler = httpStack(reporting).handler(async () => noContent);
    expect(await handler(httpEvent('GET', '/x'), lambdaContext)).toEqual(noContent);
    expect(reporting).toMatchObject({ logged: [], counted: [] });
  });

  it('explains a mistake of the client and reports nothing', async () => {
    const reporting = rememberedReporting();
    const handler = httpStack(reporting).handler(() => Promise.reject(new WrongCredentials()));
    const reply = await handler(httpEvent('GET', '/x'), lambdaContext);
    expect([reply.statusCode, codeOf(reply)]).toEqual([401, 'wrong_credentials']);
    expect(reporting).toMatchObject({ logged: [], counted: [] });
  });

  it('tells the client to retry when it runs out of time', async () => {
    const reporting = rememberedReporting();
    const handler = httpStack(reporting).handler(() => new Promise(() => {}));
    const reply = await handler(httpEvent('GET', '/x'), {
      ...lambdaContext,
      getRemainingTimeInMillis: () => 20,
    });
    expect([reply.statusCode, codeOf(reply), reply.headers?.['retry-after']]).toEqual([
      503,
      'unavailable',
      '1',
    ]);
    expect(reporting.counted).toEqual(['ServerFault']);
  });

  it.each([
    [new TypeError('a bug'), 500, 'internal'],
    [new Unavailable(), 503, 'unavailable'],
  ])('logs and counts a server fault: %s', async (error, status, code) => {
    const reporting = rememberedReporting();
    const handler = httpStack(reporting).handler(() => Promise.reject(error));
    const reply = await handler(httpEvent('GET', '/x'), lambdaContext);
    expect([reply.statusCode, codeOf(reply)]).toEqual([status, code]);
    expect(reporting).toMatchObject({ logged: [['server fault', error]], counted: ['ServerFault'] });
  });

  it('gets the ids of its path in lower case and other values unchanged', async () => {
    const handler = httpStack(rememberedReporting()).handler(async ({ pathParameters }) =>
      json(200, pathParameters),
    );
    const upper = 'ABCDEF00-0000-4000-8000-00000000000F';
    const given = { user_id: upper, conversation: `${upper}.${upper}`, asset: 'Start.js' };
    const reply = await handler(httpEvent('GET', '/x', { pathParameters: given }), lambdaContext);
    expect(JSON.parse(reply.body ?? '')).toEqual({
      user_id: upper.toLowerCase(),
      conversation: `${upper}.${upper}`.toLowerCase(),
      asset: 'Start.js',
    });
  });

  it('answers 404 below its path', async () => {
    const handler = httpStack(rememberedReporting()).handler(async () => noContent);
    const at = (rawPath: string, rest?: string) =>
      handler(
        httpEvent('GET', rawPath, rest === undefined ? {} : { pathParameters: { proxy: rest } }),
        lambdaContext,
      );
    expect(await at('/users/', '')).toEqual(noContent);
    const reply = await at('/users/else', 'else');
    expect([reply.statusCode, JSON.parse(reply.body ?? '').detail]).toEqual([
      404,
      'There is nothing at "/users/else".',
    ]);
  });
});

describe('a path whose slash API Gateway did not match as expected', () => {
  const handler = httpStack(rememberedReporting()).handler(async () => noContent);

  it.each([
    ['/users/', { user_id: '' }, '/users?limit=1'],
    ['/users/me/', { proxy: 'me/' }, '/users/me?limit=1'],
  ])('%s with %j is sent to the path without it', async (path, pathParameters, location) => {
    const event = httpEvent('GET', path, { pathParameters, rawQueryString: 'limit=1' });
    expect(await handler(event, lambdaContext)).toEqual({
      statusCode: 308,
      headers: { ...ANSWER_HEADERS, location },
    });
  });

  it.each([
    ['/conversations//messages', { conversation: '' }],
    ['/users//', { user_id: '', proxy: '' }],
    ['/users/me//', { proxy: 'me//' }],
  ])('has nothing at %s with %j', async (path, pathParameters) => {
    const reply = await handler(httpEvent('GET', path, { pathParameters }), lambdaContext);
    expect(reply.statusCode).toBe(404);
  });
});

describe('a JSON entry', () => {
  const entry = httpStack(rememberedReporting())
    .use(jsonInput(refreshRequest))
    .handler(async ({ input }) => json(200, input));

  it('gets the validated body', async () => {
    expect(await entry(jsonEvent('POST', '/x', { refresh: 'a' }) as never, lambdaContext)).toEqual({
      statusCode: 200,
      headers: { ...ANSWER_HEADERS, 'content-type': 'application/json' },
      body: '{"refresh":"a"}',
    });
  });

  it.each([
    [
      'not JSON',
      httpEvent('POST', '/x', { body: '{', headers: { 'content-type': 'application/json' } }),
      'invalid_json',
    ],
    ['absent', httpEvent('POST', '/x'), 'invalid_json'],
    ['of another type', httpEvent('POST', '/x', { body: '{}' }), 'unsupported_media_type'],
    ['not what it should be', jsonEvent('POST', '/x', {}), 'validation_failed'],
  ])('does not get a body that is %s', async (_, event, code) => {
    expect(codeOf(await entry(event as never, lambdaContext))).toBe(code);
  });
});

describe('an entry that requires a login', () => {
  const identity: Identity = {
    userId: alice.id,
    username: 'Alice',
    sessionId: id(500),
    staff: false,
    expiresAt: new Date(0),
  };
  const verify = async (token: string) => {
    if (token === 'unread') throw new Unavailable();
    if (token !== 'good') throw new TokenInvalid();
    return identity;
  };
  const entry = httpStack(rememberedReporting())
    .use(authenticate({ verify, isLive: async () => true }))
    .handler(async (event) => json(200, event.identity.userId));
  const as = (authorization?: string) =>
    entry(
      httpEvent('GET', '/x', { headers: authorization ? { authorization } : {} }) as never,
      lambdaContext,
    );

  it('gets the identity of the caller', async () => {
    expect((await as('Bearer good')).body).toBe(JSON.stringify(alice.id));
  });

  it.each([
    [undefined, 401, 'not_authenticated'],
    ['Basic YTpi', 401, 'not_authenticated'],
    ['Bearer ', 401, 'not_authenticated'],
    ['Bearer bad', 401, 'token_invalid'],
    ['Bearer unread', 503, 'unavailable'],
  ])('answers %j with %d', async (authorization, status, code) => {
    const reply = await as(authorization);
    expect([reply.statusCode, codeOf(reply)]).toEqual([status, code]);
  });

  describe('after its session has ended', () => {
    function ended(isLive: () => Promise<boolean>, answer: () => Promise<HttpReply>) {
      let calls = 0;
      const handler = httpStack(rememberedReporting())
        .use(authenticate({ verify, isLive }))
        .handler(() => {
          calls += 1;
          return answer();
        });
      const ask = (method: string) =>
        handler(
          httpEvent(method, '/x', { headers: { authorization: 'Bearer good' } }) as never,
          lambdaContext,
        );
      return { ask, calls: () => calls };
    }
    const secret = async () => json(200, 'secret');
    const missing = async () => {
      throw new UserNotFound('x');
    };

    it.each([
      ['what it asks for', secret],
      ['that there is no such thing', missing],
    ])('does not learn %s, and gets 401', async (_, answer) => {
      const { ask, calls } = ended(async () => false, answer);
      const reply = await ask('GET');
      expect([reply.statusCode, codeOf(reply)]).toEqual([401, 'token_invalid']);
      expect(reply.body).not.toContain('secret');
      expect(calls()).toBe(1);
    });

    it.each(['POST', 'PATCH', 'PUT', 'DELETE'])('changes nothing with %s', async (method) => {
      const { ask, calls } = ended(async () => false, secret);
      expect((await ask(method)).statusCode).toBe(401);
      expect(calls()).toBe(0);
    });

    it.each(['GET', 'POST'])('or while that cannot be read, gets no answer to %s either', async (method) => {
      for (const answer of [secret, missing]) {
        const { ask } = ended(() => Promise.reject(new Unavailable()), answer);
        const reply = await ask(method);
        expect([reply.statusCode, codeOf(reply)]).toEqual([503, 'unavailable']);
      }
    });
  });
});

it.each([
  [{ host: 'api.example' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'chat.example' }, 'https://chat.example'],
  [{ host: 'localhost:8000', 'x-forwarded-proto': 'http' }, 'http://localhost:8000'],
  [{ host: '[::1]:8000', 'x-forwarded-proto': 'http' }, 'http://[::1]:8000'],
  [{ host: 'api.example', 'x-forwarded-proto': 'gopher' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'evil.example/?' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'user@evil.example' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': 'a.example, b.example' }, 'https://api.example'],
  [{ host: 'api.example', 'x-forwarded-host': '' }, 'https://api.example'],
  [{ host: 'no host' }, 'https://gateway.example'],
  [{}, 'https://gateway.example'],
])('the headers %j make the base URL %s', (headers: Record<string, string>, url) => {
  const event = httpEvent('GET', '/users/');
  const requestContext = { ...event.requestContext, domainName: 'gateway.example' };
  expect(baseUrl({ ...event, headers, requestContext })).toBe(url);
});
