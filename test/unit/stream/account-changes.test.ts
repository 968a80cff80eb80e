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
const loggedOut = (SequenceNumber: string, sessionId = id(500)) =>
  ({
    eventName: 'REMOVE',
    dynamodb: {
      SequenceNumber,
      Keys: marshall({ pk: `USER#${alice.id}`, sk: `SESSION#${sessionId}` }),
      OldImage: marshall({ id: sessionId, userId: alice.id }),
    },
  }) as DynamoDBRecord;

describe('the changes of the table', () => {
  it('are handled side by side: a registration is counted, and a logout closes sockets', async () => {
    documents.on(GetCommand).resolves({ Item: socketsItem(alice.id, aConnection('a')) });
    expect(await handler({ Records: [registered('1'), loggedOut('2')] })).toEqual({ batchItemFailures: [] });
    const names = sent().map(([name]) => name);
    const counting = names.filter((name) => name === 'TransactWriteCommand');
    const closing = names.filter((name) => name !== 'TransactWriteCommand');
    expect(counting).toHaveLength(2);
    expect(closing).toEqual(['GetCommand', 'UpdateCommand']);
    const calls = api.commandCalls(DeleteConnectionCommand);
    expect(calls.map(({ args: [{ input }] }) => input.ConnectionId)).toEqual(['a']);
  });

  it('of the directory are handled one after the other, up to the first failure, where the stream starts again', async () => {
    documents.on(TransactWriteCommand).resolvesOnce({}).resolvesOnce({}).rejects(new Unavailable());
    const Records = [registered('1'), registered('2', 'bob'), registered('3', 'carol')];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    // Two for each of the first two records.
    expect(documents.commandCalls(TransactWriteCommand)).toHaveLength(4);
  });

  it('that end many sessions of one user need one look at their sockets', async () => {
    const mine = aConnection('b', { sessionId: id(501) });
    documents.on(GetCommand).resolves({ Item: socketsItem(alice.id, aConnection('a'), mine) });
    const Records = [loggedOut('1'), loggedOut('2', id(501)), loggedOut('3', id(502))];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(documents.commandCalls(GetCommand)).toHaveLength(1);
    const calls = api.commandCalls(DeleteConnectionCommand);
    expect(calls.map(({ args: [{ input }] }) => input.ConnectionId)).toEqual(['a', 'b']);
  });

  it('are none without records', async () => {
    expect(await handler({ Records: [] })).toEqual({ batchItemFailures: [] });
  });
});
