import { randomBytes } from 'node:crypto';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, it, vi } from 'vitest';
import { refreshTokens } from '../../../functions/auth/refresh-tokens.ts';
import { handler } from '../../../functions/http/logout.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';
import { NOON } from '../support/clock.ts';
import { jsonEvent, lambdaContext } from '../support/events.ts';
import { accessToken, publishKeys } from '../support/logged-in.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, id } from '../support/people.ts';
import { conditionFailed, sent } from '../support/table.ts';

const tokens = refreshTokens(randomBytes);
const own = tokens.first(alice.id, id(500)).token;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  publishKeys();
  return () => vi.useRealTimers();
});

async function logOut(refresh_token: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await accessToken()}`;
  const event = jsonEvent('POST', '/users/logout/', { refresh_token }, { authorization, ...headers });
  return handler(event as never, lambdaContext);
}

it('logging out answers 204 without a body, ends the session, and records that', async () => {
  expect(await logOut(own)).toEqual({ statusCode: 204, headers: ANSWER_HEADERS });
  expect(sent().slice(-2)).toMatchObject([
    ['DeleteCommand', { Key: { pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}` } }],
    ['PutCommand', { Item: { pk: `AUDIT#${alice.id}`, event: 'logged_out', session: id(500) } }],
  ]);
});

it.each([
  ['garbage', 'garbage'],
  ['somebody else’s token', tokens.first(bob.id, id(600)).token],
])('logging out with %s answers 401, and ends nothing', async (_, token) => {
  const { statusCode, body = '' } = await logOut(token);
  expect([statusCode, JSON.parse(body).code]).toEqual([401, 'token_invalid']);
  expect(documents.commandCalls(DeleteCommand)).toEqual([]);
});

it('logging out twice answers 401', async () => {
  documents.on(DeleteCommand).rejects(conditionFailed());
  expect((await logOut(own)).statusCode).toBe(401);
});

it('logging out checks the access token before the body', async () => {
  const { statusCode, body = '' } = await logOut('', { authorization: '' });
  expect([statusCode, JSON.parse(body).code]).toEqual([401, 'not_authenticated']);
});
