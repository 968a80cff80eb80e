import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { handler } from '../../../functions/websocket/connect.ts';
import { handler as disconnect } from '../../../functions/websocket/disconnect.ts';
import { NOON } from '../support/clock.ts';
import { lambdaContext, socketEvent } from '../support/events.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';
import { sent } from '../support/table.ts';

const NOON_S = Date.parse(NOON) / 1000;
const row = { pk: `USER#${alice.id}`, sk: 'CONN#alice-here' };
const connect = (headers?: Record<string, string>) =>
  handler(
    { ...socketEvent(undefined, { eventType: 'CONNECT' }), ...(headers && { headers }) },
    lambdaContext,
  );

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  documents.on(GetCommand).resolves({ Item: { ttl: NOON_S + 1 } });
  return () => vi.useRealTimers();
});

describe('a socket that opens', () => {
  it('gets its row, which names its conversation', async () => {
    expect(await connect()).toEqual({ statusCode: 200 });
    expect(sent()).toMatchObject([
      [
        'PutCommand',
        { Item: { ...row, sessionId: id(500), conversation: CONVERSATION, ttl: NOON_S + 7_200 } },
      ],
      ['GetCommand', { Key: { pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}` }, ConsistentRead: true }],
    ]);
  });

  it('is answered with the subprotocol that it offered beside its token, never with the token', async () => {
    expect(await connect({ 'Sec-WebSocket-Protocol': 'parley, a.b.c' })).toEqual({
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': 'parley' },
    });
  });

  it('is answered with no subprotocol when it offered another', async () => {
    expect(await connect({ 'Sec-WebSocket-Protocol': 'graphql-ws' })).toEqual({ statusCode: 200 });
  });

  it('is refused if its session has ended, and its row is deleted', async () => {
    documents.on(GetCommand).resolves({});
    expect(await connect()).toEqual({ statusCode: 401 });
    expect(sent().at(-1)).toEqual(['DeleteCommand', { TableName: 'parley-test', Key: row }]);
  });

  it('is refused with a server error if its session cannot be read', async () => {
    documents.on(GetCommand).rejects(new Unavailable());
    expect(await connect()).toEqual({ statusCode: 503 });
  });

  it('is refused when the function fails', async () => {
    documents.on(GetCommand).rejects(new TypeError('a bug'));
    await expect(connect()).rejects.toThrow('a bug');
  });
});

it('a socket that closes loses its row', async () => {
  const event = socketEvent(undefined, { eventType: 'DISCONNECT' });
  expect(await disconnect(event, lambdaContext)).toEqual({ statusCode: 200 });
  expect(sent()).toEqual([['DeleteCommand', { TableName: 'parley-test', Key: row }]]);
});

it.each([handler, disconnect])('a frame that names a route of the gateway changes no row', async (named) => {
  expect(await named(socketEvent('{"action":"$disconnect"}'), lambdaContext)).toEqual({ statusCode: 400 });
  expect(sent()).toEqual([]);
});
