import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { BatchGetCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { handler } from '../../../functions/websocket/message.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { lambdaContext, socketEvent } from '../support/events.ts';
import { itemOf } from '../support/log-entries.ts';
import { anEntry } from '../support/message-log.ts';
import { api, documents } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { sent } from '../support/table.ts';

const NOON_S = Date.parse(NOON) / 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  documents.on(BatchGetCommand).resolves({
    Responses: {
      'parley-test': [
        socketsItem(alice.id, aConnection('alice-here'), aConnection('alice-phone')),
        socketsItem(bob.id, aConnection('bob', { userId: bob.id })),
      ],
    },
  });
  // The conversation is under way: before its first message the peer's account would be looked up.
  documents.on(QueryCommand, { ExpressionAttributeValues: { ':pk': `CONV#${CONVERSATION}` } }).resolves({
    Items: [itemOf({ ...anEntry(1), senderId: bob.id })],
  });
  return () => vi.useRealTimers();
});

async function say(frame: unknown, identity: object = {}, connectionId = 'alice-here') {
  const event = socketEvent(JSON.stringify(frame), { identity, connectionId });
  const { statusCode, body } = await handler(event, lambdaContext);
  return { statusCode, reply: body === undefined ? undefined : JSON.parse(body) };
}
const posts = () =>
  api
    .commandCalls(PostToConnectionCommand)
    .map(({ args: [{ input }] }) => [input.ConnectionId, JSON.parse(String(input.Data))]);
const closed = () =>
  api.commandCalls(DeleteConnectionCommand).map(({ args: [{ input }] }) => input.ConnectionId);

describe('a message', () => {
  it('is stored, posted to the other sockets of both members, and answered to its sender', async () => {
    const { statusCode, reply } = await say({ message: 'Hello', ref: 'r1', client_id: id(77) });
    const shown = {
      type: 'chat.message',
      id: expect.any(String),
      conversation: CONVERSATION,
      seq: 2,
      message: 'Hello',
      sender: 'Alice',
      sender_id: alice.id,
      created_at: NOON,
    };
    const own = { ...shown, client_id: id(77) };
    expect({ statusCode, reply }).toEqual({
      statusCode: 200,
      reply: { ...own, ref: 'r1' },
    });
    expect(posts()).toEqual([
      ['alice-phone', own],
      ['bob', shown],
    ]);
  });

  it('costs three requests: the tail, the sockets of both, and the write', async () => {
    await say({ message: 'Hello' });
    expect(
      sent()
        .map(([name]) => name)
        .sort(),
    ).toEqual(['BatchGetCommand', 'PutCommand', 'QueryCommand']);
  });

  it('is answered without fields that its sender did not send', async () => {
    const { reply } = await say({ message: 'Hello' });
    expect(reply).not.toHaveProperty('ref');
    expect(reply).not.toHaveProperty('client_id');
  });

  it('is answered when a post fails, because it is stored', async () => {
    api.on(PostToConnectionCommand, { ConnectionId: 'bob' }).rejects(new Error('throttled'));
    expect((await say({ message: 'Hello' })).reply).toMatchObject({ type: 'chat.message', seq: 2 });
    expect(posts().map(([connectionId]) => connectionId)).toEqual(['alice-phone', 'bob']);
  });

  it('that cannot be stored is answered with an error and posted to no socket', async () => {
    documents.on(PutCommand).rejects(new Error('down'));
    expect((await say({ message: 'Hello', ref: 'r1' })).reply).toEqual({
      type: 'error',
      code: 'internal',
      detail: 'Something went wrong on the server.',
      ref: 'r1',
    });
    expect(posts()).toEqual([]);
  });

  it('that is invalid is answered with an error and reads nothing', async () => {
    expect((await say({ message: ' ', ref: 'r1' })).reply).toMatchObject({
      code: 'message_blank',
      ref: 'r1',
    });
    expect(sent()).toEqual([]);
    expect(posts()).toEqual([]);
  });

  it('on the socket of a device must have an action', async () => {
    const { reply } = await say({ message: 'Hello', ref: 'r1' }, { peerId: '' });
    expect(reply).toMatchObject({ type: 'error', code: 'unknown_action', ref: 'r1' });
    expect(sent()).toEqual([]);
  });
});

describe('a frame after the token has expired', () => {
  const expired = { expiresAt: String(NOON_S) };
  const why = { type: 'error', code: 'token_expired', detail: expect.any(String) };

  it('is answered with the reason, its socket is closed, and nothing is stored', async () => {
    expect(await say({ message: 'Hello', ref: 'r1' }, expired)).toEqual({
      statusCode: 200,
      reply: undefined,
    });
    expect(posts()).toEqual([['alice-here', { ...why, ref: 'r1' }]]);
    expect(closed()).toEqual(['alice-here']);
    // Whether the socket was renewed.
    expect(sent()).toMatchObject([['GetCommand', { Key: { sk: 'SOCKETS' }, ConsistentRead: true }]]);
  });

  it('ends the socket even if that is no message', async () => {
    await say(7, expired);
    expect(posts()).toEqual([['alice-here', why]]);
    expect(closed()).toEqual(['alice-here']);
  });

  it('ends the socket even if the reason could not be posted', async () => {
    api.on(PostToConnectionCommand).rejects(new Error('throttled'));
    await say({ message: 'Hello' }, expired);
    expect(closed()).toEqual(['alice-here']);
  });

  const listedUntil = (seconds: number) =>
    documents.on(GetCommand, { Key: { pk: `USER#${alice.id}`, sk: 'SOCKETS' } }).resolves({
      Item: socketsItem(alice.id, aConnection('renewed', { expiresAt: new Date((NOON_S + seconds) * 1000) })),
    });

  it('is like any other if the socket was renewed, and only the first one costs a read', async () => {
    listedUntil(60);
    const Responses = { 'parley-test': [socketsItem(alice.id, aConnection('renewed'))] };
    documents.on(BatchGetCommand).resolves({ Responses });
    expect((await say({ message: 'Hello' }, expired, 'renewed')).reply).toMatchObject({ seq: 2 });
    const lookUps = () =>
      documents.commandCalls(GetCommand).filter(({ args }) => args[0].input.Key?.sk === 'SOCKETS');
    expect(lookUps()).toHaveLength(1);
    expect((await say({ message: 'Hello' }, expired, 'renewed')).reply).toMatchObject({ seq: 2 });
    expect(lookUps()).toHaveLength(1);
    vi.setSystemTime(new Date((NOON_S + 60) * 1000));
    await say({ message: 'Hello' }, expired, 'renewed');
    expect(closed()).toEqual(['renewed']);
  });

  it('can be tried again if the list cannot be read', async () => {
    documents.on(GetCommand).rejects(new Unavailable());
    vi.setSystemTime(new Date((NOON_S + 120) * 1000));
    expect((await say({ message: 'Hello', ref: 'r1' }, expired, 'unread')).reply).toMatchObject({
      code: 'unavailable',
      ref: 'r1',
    });
    expect([posts(), closed()]).toEqual([[], []]);
  });

  it('is none in the second before', async () => {
    expect((await say({ message: 'Hello' }, { expiresAt: String(NOON_S + 1) })).reply).toMatchObject({
      seq: 2,
    });
  });
});
