import { DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import { handler } from '../../../functions/stream/account-changes.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { api, documents } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { sent } from '../support/table.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const registered = (SequenceNumber: string, username = 'Alice') =>
  ({
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber,
      Keys: marshall({ pk: `USER#${alice.id}`, sk: 'PROFILE' }),
      NewImage: marshall({ ...alice, username }),
    },
  }) as DynamoDBRecord;
const loggedOut = (SequenceNumber: string) =>
  ({
    eventName: 'REMOVE',
    dynamodb: {
      SequenceNumber,
      Keys: marshall({ pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}` }),
      OldImage: marshall({ id: id(500), userId: alice.id }),
    },
  }) as DynamoDBRecord;

describe('the changes of the table', () => {
  it('are handled one after the other: a registration is counted, and a logout closes sockets', async () => {
    documents.on(GetCommand).resolves({ Item: socketsItem(alice.id, aConnection('a')) });
    expect(await handler({ Records: [registered('1'), loggedOut('2')] })).toEqual({ batchItemFailures: [] });
    expect(sent().map(([name]) => name)).toEqual([
      'TransactWriteCommand',
      'TransactWriteCommand',
      'GetCommand',
      'UpdateCommand',
    ]);
    const calls = api.commandCalls(DeleteConnectionCommand);
    expect(calls.map(({ args: [{ input }] }) => input.ConnectionId)).toEqual(['a']);
  });

  it('are handled up to the first failure, where the stream starts again', async () => {
    documents.on(TransactWriteCommand).resolvesOnce({}).resolvesOnce({}).rejects(new Unavailable());
    const Records = [registered('1'), registered('2', 'bob'), loggedOut('3')];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(documents.commandCalls(GetCommand)).toEqual([]);
  });

  it('are none without records', async () => {
    expect(await handler({ Records: [] })).toEqual({ batchItemFailures: [] });
  });
});
