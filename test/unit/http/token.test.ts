import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { passwordHasher } from '../../../functions/auth/passwords.ts';
import { handler as refresh } from '../../../functions/http/refresh.ts';
import { handler as login } from '../../../functions/http/token.ts';
import type { HttpReply } from '../../../functions/middleware/http-replies.ts';
import { ANSWER_HEADERS } from '../../support/answer-headers.ts';
import { NOON } from '../support/clock.ts';
import { jsonEvent, lambdaContext } from '../support/events.ts';
import { documents, secrets } from '../support/mocked-clients.ts';
import { alice } from '../support/people.ts';
import { conditionFailed, sent } from '../support/table.ts';

const passwordHash = await passwordHasher(4).hash('down the rabbit hole');

const info = { sourceIp: '192.0.2.1', userAgent: 'Phone/1.0\u0000' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret' });
  documents
    .on(GetCommand, { Key: { pk: 'EMAIL#alice@example.org', sk: 'CREDENTIALS' } })
    .resolves({ Item: { userId: alice.id, passwordHash } });
  documents.on(GetCommand, { Key: { pk: `USER#${alice.id}`, sk: 'PROFILE' } }).resolves({ Item: alice });
  return () => vi.useRealTimers();
});

async function post(entry: (event: never, context: Context) => Promise<HttpReply>, body: object) {
  const event = jsonEvent('POST', '/users/token/', body);
  const http = { ...event.requestContext.http, ...info };
  const requestContext = { ...event.requestContext, http };
  const reply = await entry({ ...event, requestContext } as never, lambdaContext);
  return { ...reply, body: JSON.parse(reply.body ?? '') };
}
const logIn = () => post(login, { email: 'ALICE@example.org', password: 'down the rabbit hole' });
const pair = {
  statusCode: 200,
  headers: { ...ANSWER_HEADERS, 'content-type': 'application/json' },
  body: { access: expect.any(String), refresh: expect.any(String) },
};

describe('logging in', () => {
  it('answers 200 with a pair of tokens that may not be cached', async () => {
    const reply = await logIn();
    expect(reply).toEqual(pair);
    expect(decodeJwt(reply.body.access)).toMatchObject({
      sub: alice.id,
      username: 'Alice',
      iss: 'parley-test',
    });
  });

  it('stores the client and its address with the session, and with each refresh', async () => {
    const { body } = await logIn();
    await post(refresh, { refresh: body.refresh });
    const put = documents.commandCalls(PutCommand).map(({ args: [command] }) => command.input.Item);
    expect(put).toContainEqual(expect.objectContaining({ device: 'Phone/1.0', address: '192.0.2.1' }));
    const [rotation] = documents.commandCalls(UpdateCommand).slice(-1);
    expect(rotation?.args[0].input.ExpressionAttributeValues).toMatchObject({
      ':device': 'Phone/1.0',
      ':address': '192.0.2.1',
    });
  });

  it('stores neither the token nor the password', async () => {
    const { body } = await logIn();
    const stored = JSON.stringify(sent());
    for (const secret of ['rabbit', ...body.refresh.split('.').slice(2)])
      expect(stored).not.toContain(secret);
  });

  it.each([
    ['a wrong password', { email: 'alice@example.org', password: 'up the rabbit hole' }],
    ['an unknown email', { email: 'nobody@example.org', password: 'down the rabbit hole' }],
  ])('answers 401 for %s', async (_, body) => {
    const reply = await post(login, body);
    expect([reply.statusCode, reply.body.code]).toEqual([401, 'wrong_credentials']);
  });

  it('answers 429 with the seconds to wait after ten failures', async () => {
    const Item = {
      attempts: { N: '10' },
      failures: { N: '10' },
      ends: { N: String(Date.parse(NOON) / 1000 + 42) },
    };
    documents
      .on(UpdateCommand, { Key: { pk: 'ATTEMPTS#alice@example.org', sk: 'LOGIN' } })
      .rejects(conditionFailed(Item));
    const { statusCode, headers, body } = await logIn();
    expect([statusCode, headers?.['retry-after'], body.code]).toEqual([429, '42', 'too_many_attempts']);
  });
});

describe('refreshing', () => {
  it('answers 200 with another pair', async () => {
    const { body } = await logIn();
    const reply = await post(refresh, { refresh: body.refresh });
    expect(reply).toEqual(pair);
    expect(reply.body.refresh).not.toBe(body.refresh);
  });

  it('answers 401 for garbage, for an access token, and for a token that is not the current one', async () => {
    const { body } = await logIn();
    documents.on(UpdateCommand).rejects(conditionFailed());
    for (const token of ['garbage', body.access, body.refresh]) {
      const reply = await post(refresh, { refresh: token });
      expect([reply.statusCode, reply.body.code]).toEqual([401, 'token_invalid']);
    }
  });
});
