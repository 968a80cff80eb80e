import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { handler } from '../../../functions/websocket/authorize.ts';
import { NOON } from '../support/clock.ts';
import { accessToken, publishKeys } from '../support/logged-in.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, id } from '../support/people.ts';

const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:api/ws/$connect';
const token = await accessToken();

/** A handshake of Alice's, with the token in its header. */
const connect = (headers: Record<string, string>, userId?: string) =>
  handler({
    type: 'REQUEST',
    methodArn,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ...(userId !== undefined && { queryStringParameters: { user_id: userId } }),
  } as unknown as APIGatewayRequestAuthorizerEvent);
const bearer = { Authorization: `Bearer ${token}` };
const policy = (Effect: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: methodArn }],
});
const denied = { principalId: 'nobody', policyDocument: policy('Deny') };
const allowed = (peerId?: string) => ({
  principalId: alice.id,
  policyDocument: policy('Allow'),
  context: {
    userId: alice.id,
    username: 'Alice',
    sessionId: id(500),
    expiresAt: String(Date.parse(NOON) / 1000 + 1_800),
    ...(peerId !== undefined && { peerId }),
  },
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  publishKeys();
  documents.on(GetCommand, { Key: { pk: `USER#${bob.id}`, sk: 'PROFILE' } }).resolves({ Item: bob });
  return () => vi.useRealTimers();
});

describe('a handshake goes to $connect without an identity, which refuses it with 503,', () => {
  const unchecked = {
    principalId: 'nobody',
    policyDocument: policy('Allow'),
    context: { unchecked: 'true' },
  };

  // First, as the keys are kept once they were read.
  it('when the keys cannot be read, because the token may be valid', async () => {
    documents.on(GetCommand, { Key: { pk: 'KEYS', sk: 'JWKS' } }).rejects(new Unavailable());
    expect(await connect(bearer, bob.id)).toEqual(unchecked);
  });

  it('when the profile cannot be read', async () => {
    documents.on(GetCommand, { Key: { pk: `USER#${bob.id}`, sk: 'PROFILE' } }).rejects(new Unavailable());
    expect(await connect(bearer, bob.id)).toEqual(unchecked);
  });
});

it('a handshake is refused with a server error for a fault of the server', async () => {
  const fault = new TypeError('a bug');
  documents.on(GetCommand, { Key: { pk: `USER#${bob.id}`, sk: 'PROFILE' } }).rejects(fault);
  await expect(connect(bearer, bob.id)).rejects.toBe(fault);
});

describe('a handshake is allowed', () => {
  it('with a token in its header, for a conversation with another user', async () => {
    expect(await connect(bearer, bob.id)).toEqual(allowed(bob.id));
  });

  it('with a token beside the subprotocol', async () => {
    const headers = { 'sec-websocket-protocol': `parley, ${token}` };
    expect(await connect(headers, bob.id)).toEqual(allowed(bob.id));
  });

  it.each([undefined, ''])(
    'without a conversation (%j), of which its context then says nothing',
    async (userId) => {
      expect(await connect(bearer, userId)).toEqual(allowed());
    },
  );

  it.each([
    { Origin: 'https://app.example' },
    { Origin: 'https://chat.example', 'X-Viewer-Host': 'chat.example' },
    { Origin: 'https://api.example', Host: 'api.example' },
    { Origin: 'http://localhost:8000', Host: 'localhost:8000', 'X-Forwarded-Proto': 'http' },
  ])('from a page that may: %j', async (headers) => {
    expect(await connect({ ...bearer, ...headers }, bob.id)).toEqual(allowed(bob.id));
  });
});

describe('a handshake is refused', () => {
  it.each([
    ['no token', {}],
    ['a header without a token', { Authorization: 'Bearer' }],
    ['garbage', { Authorization: 'Bearer garbage' }],
    ['a tampered token', { Authorization: `Bearer ${token}x` }],
  ])('with 401 for %s', async (_, headers: Record<string, string>) => {
    await expect(connect(headers, bob.id)).rejects.toEqual(new Error('Unauthorized'));
  });

  it('with 401 for a token that has expired', async () => {
    vi.setSystemTime(Date.parse(NOON) + 1_800_000);
    await expect(connect(bearer, bob.id)).rejects.toEqual(new Error('Unauthorized'));
  });

  it.each([
    ['oneself', alice.id],
    ['an unknown user', id(404)],
    ['what is no id', 'bob'],
  ])('with 403 for a conversation with %s', async (_, userId) => {
    expect(await connect(bearer, userId)).toEqual(denied);
  });

  it.each([
    { origin: 'https://evil.example' },
    { Origin: 'http://chat.example', 'X-Viewer-Host': 'chat.example' },
    { Origin: 'https://api.example', Host: 'api.example', 'X-Viewer-Host': 'chat.example' },
    { Origin: 'https://localhost:8000', Host: 'localhost:8000', 'X-Forwarded-Proto': 'http' },
    { Origin: 'https://app.example', origin: 'https://app.example' },
  ])('with 403 for a page of an origin that is not allowed: %j', async (headers) => {
    expect(await connect({ ...bearer, ...headers }, bob.id)).toEqual(denied);
  });
});
