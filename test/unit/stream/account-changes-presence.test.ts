import {
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { BatchGetCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { packIds } from '../../../functions/storage/packed-ids.ts';
import { handler } from '../../../functions/stream/account-changes.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { api, documents } from '../support/mocked-clients.ts';
import { alice, bob, id } from '../support/people.ts';
import { sent } from '../support/table.ts';

const NOON_S = Date.parse(NOON) / 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

function record(SequenceNumber: string, eventName: string, sk: string, before?: object, after?: object) {
  return {
    eventName,
    dynamodb: {
      SequenceNumber,
      Keys: marshall({ pk: `USER#${alice.id}`, sk }),
      ...(before && { OldImage: marshall(before) }),
      ...(after && { NewImage: marshall(after) }),
    },
  } as DynamoDBRecord;
}

const phone = aConnection('phone', { conversation: '' });
const SOCKETS = { pk: `USER#${alice.id}`, sk: 'SOCKETS' };
const came = (n: string) =>
  record(n, 'MODIFY', 'SOCKETS', socketsItem(alice.id), socketsItem(alice.id, phone));
const went = (n: string) =>
  record(n, 'MODIFY', 'SOCKETS', socketsItem(alice.id, phone), socketsItem(alice.id));
const presence = (n: string, before: object, after: object) => record(n, 'MODIFY', 'PRESENCE', before, after);

const posts = () =>
  api
    .commandCalls(PostToConnectionCommand)
    .map(({ args: [{ input }] }) => [input.ConnectionId, JSON.parse(String(input.Data))]);
const names = () => sent().map(([name]) => name);
const presenceWrites = () =>
  sent().flatMap(([name, input]) =>
    name === 'UpdateCommand'
      ? (input as { ExpressionAttributeValues: Record<string, unknown> }).ExpressionAttributeValues[':online']
      : [],
  );

/** Bob's devices watch Alice. */
function watched(...devices: string[]) {
  const query = (pk: string, prefix: object, Items: object[]) =>
    documents
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': pk, ...prefix } }, false)
      .resolves({ Items });
  const ttl = NOON_S + 1;
  query(`WATCH#${alice.id}`, {}, [{ sk: bob.id, ttl }]);
  const users = packIds([alice.id]);
  const lists = devices.map((device) => ({ sk: `WATCHING#${device}`, users, ttl }));
  query(`USER#${bob.id}`, { ':prefix': 'WATCHING#' }, lists);
  const old = { ...bobs('old'), expiresAt: new Date(NOON) };
  const Responses = {
    'parley-test': [socketsItem(bob.id, ...devices.filter((one) => one !== 'old').map(bobs), old)],
  };
  documents.on(BatchGetCommand).resolves({ Responses });
  const Item = socketsItem(bob.id, old);
  documents.on(GetCommand, { Key: { pk: `USER#${bob.id}`, sk: 'SOCKETS' } }, false).resolves({ Item });
}
const bobs = (connectionId: string) => aConnection(connectionId, { userId: bob.id, conversation: '' });
const open = (...sockets: ReturnType<typeof aConnection>[]) =>
  documents.on(GetCommand, { Key: SOCKETS }, false).resolves({ Item: socketsItem(alice.id, ...sockets) });

describe('an opened or closed socket', () => {
  it('makes its user online while one is open', async () => {
    open(phone);
    expect(await handler({ Records: [came('1')] })).toEqual({ batchItemFailures: [] });
    expect(names()).toEqual(['GetCommand', 'UpdateCommand']);
    expect(presenceWrites()).toEqual([true]);
  });

  it('takes its list of watched people with it, and makes its user offline with the last one', async () => {
    documents.on(GetCommand).resolves({ Item: { users: packIds([bob.id]) } });
    open();
    expect(await handler({ Records: [went('1')] })).toEqual({ batchItemFailures: [] });
    expect(names()).toEqual(['GetCommand', 'DeleteCommand', 'GetCommand', 'UpdateCommand']);
    expect(presenceWrites()).toEqual([false]);
  });

  it('sets the presence from the current sockets, however often and late its record arrives', async () => {
    open(phone);
    await handler({ Records: [went('1'), came('2'), went('1')] });
    expect(presenceWrites()).toEqual([true, true, true]);
  });
});

describe('a changed presence', () => {
  const online = { type: 'presence', users: [{ user_id: alice.id, online: true, last_seen: null }] };

  it('is sent to every watching socket', async () => {
    watched('desk', 'phone');
    const Records = [presence('1', { online: false, lastSeen: NOON }, { online: true })];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(posts()).toEqual([
      ['desk', online],
      ['phone', online],
    ]);
  });

  it('is sent to the others when one socket cannot be reached', async () => {
    watched('gone', 'broken', 'phone');
    api
      .on(PostToConnectionCommand, { ConnectionId: 'gone' })
      .rejects(new GoneException({ message: 'Gone', $metadata: {} }))
      .on(PostToConnectionCommand, { ConnectionId: 'broken' })
      .rejects(new Error('down'));
    const Records = [presence('1', { online: false }, { online: true })];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(posts()).toContainEqual(['phone', online]);
  });

  it('closes a socket whose token has expired instead', async () => {
    watched('phone', 'old');
    const Records = [presence('1', { online: false }, { online: true })];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(posts()).toEqual([
      ['phone', online],
      ['old', { type: 'error', code: 'token_expired', detail: expect.any(String) }],
    ]);
    expect(api.commandCalls(DeleteConnectionCommand).map(({ args }) => args[0].input)).toEqual([
      { ConnectionId: 'old' },
    ]);
  });

  it('is told again if the sockets of its watchers could not be read', async () => {
    watched('phone');
    documents.on(BatchGetCommand).rejects(new Unavailable());
    const Records = [presence('1', { online: false }, { online: true })];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(posts()).toEqual([]);
  });

  it('costs no request when it is hidden', async () => {
    await handler({
      Records: [presence('1', { online: false, hidden: true }, { online: true, hidden: true })],
    });
    expect([sent(), posts()]).toEqual([[], []]);
  });
});

it('a device is told that its session ended before its socket closes', async () => {
  open(phone);
  const ended = record('1', 'REMOVE', `SESSION#${id(500)}`, { id: id(500), userId: alice.id });
  expect(await handler({ Records: [ended] })).toEqual({ batchItemFailures: [] });
  expect(posts()).toEqual([
    ['phone', { type: 'session.ended', detail: 'This session has ended. Log in again.' }],
  ]);
  expect(api.calls().at(-1)?.args[0]).toBeInstanceOf(DeleteConnectionCommand);
});

it('a replaced socket is told why, closed and removed, and its user stays online', async () => {
  const desk = aConnection('desk', { conversation: '' });
  open(desk);
  const closing = { 'closing#phone': { session: id(500), since: Date.parse(NOON) } };
  const after = { ...socketsItem(alice.id, desk), ...closing };
  const replaced = record('1', 'MODIFY', 'SOCKETS', socketsItem(alice.id, phone), after);
  expect(await handler({ Records: [replaced] })).toEqual({ batchItemFailures: [] });
  expect(presenceWrites()).toContain(true);
  expect(posts()).toEqual([
    [
      'phone',
      {
        type: 'connection.replaced',
        detail: 'This account has opened too many connections, so its oldest one was closed.',
      },
    ],
  ]);
  expect(api.calls().at(-1)?.args[0]).toBeInstanceOf(DeleteConnectionCommand);
  expect(sent().at(-1)).toMatchObject(['UpdateCommand', { Key: SOCKETS }]);
});

it('changes are handled up to the first failure and repeated from there', async () => {
  documents.on(GetCommand).rejects(new Unavailable());
  const Records = [presence('1', { online: true }, { online: true }), came('2'), went('3')];
  expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(names()).toEqual(['GetCommand']);
});
