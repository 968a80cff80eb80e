import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { handler } from '../../../functions/websocket/connect.ts';
import { handler as disconnect } from '../../../functions/websocket/disconnect.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { lambdaContext, socketEvent } from '../support/events.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';
import { conditionFailed, sent } from '../support/table.ts';

const NOON_S = Date.parse(NOON) / 1000;
const Key = { pk: `USER#${alice.id}`, sk: 'SOCKETS' };
/** The removal of Alice's socket from the list. */
const removal = ['UpdateCommand', { Key, UpdateExpression: 'REMOVE #socket ADD #count :less' }];
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
  it('is listed with its session and its conversation, and then its session is checked', async () => {
    expect(await connect()).toEqual({ statusCode: 200 });
    const added = { session: id(500), conversation: CONVERSATION, since: Date.parse(NOON) };
    expect(sent()).toMatchObject([
      [
        'UpdateCommand',
        { Key, ExpressionAttributeValues: { ':added': added, ':limit': 20, ':ttl': NOON_S + 7_200 } },
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

  it('is refused if its session has ended, and is removed from the list', async () => {
    documents.on(GetCommand).resolves({});
    expect(await connect()).toEqual({ statusCode: 401 });
    expect(sent().at(-1)).toMatchObject(removal);
  });

  it('is refused for the moment if the list is full of newer sockets', async () => {
    const newer = Array.from({ length: 20 }, (_, n) =>
      aConnection(`newer-${n}`, { connectedAt: new Date(Date.parse(NOON) + 1) }),
    );
    documents.on(UpdateCommand).rejects(conditionFailed(marshall(socketsItem(alice.id, ...newer))));
    expect(await connect()).toEqual({ statusCode: 503 });
  });

  it('is refused with a server error if its session cannot be read', async () => {
    documents.on(GetCommand).rejects(new Unavailable());
    expect(await connect()).toEqual({ statusCode: 503 });
  });

  it('is refused with a server error if the authorizer could not check it, and nothing is stored', async () => {
    const event = socketEvent(undefined, { eventType: 'CONNECT' });
    const requestContext = { ...event.requestContext, authorizer: { unchecked: 'true' } };
    expect(await handler({ ...event, requestContext }, lambdaContext)).toEqual({ statusCode: 503 });
    expect(sent()).toEqual([]);
  });

  it('is refused when the function fails', async () => {
    documents.on(GetCommand).rejects(new TypeError('a bug'));
    await expect(connect()).rejects.toThrow('a bug');
  });
});

it('a socket that closes is removed from the list', async () => {
  const event = socketEvent(undefined, { eventType: 'DISCONNECT' });
  expect(await disconnect(event, lambdaContext)).toEqual({ statusCode: 200 });
  expect(sent()).toMatchObject([removal]);
});

it.each([handler, disconnect])('a frame that names a route of the gateway changes no list', async (named) => {
  expect(await named(socketEvent('{"action":"$disconnect"}'), lambdaContext)).toEqual({ statusCode: 400 });
  expect(sent()).toEqual([]);
});
