import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { accountStore, credentialStore, profileStore } from '../../../functions/storage/accounts.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { rejection } from '../support/rejection.ts';
import { sent, table, waits } from '../support/table.ts';

const profile = { pk: `USER#${alice.id}`, sk: 'PROFILE', ...alice };

const create = () => accountStore(table).create(alice, 'hash');

/** A cancellation with these reasons, in the order of the transaction's items. */
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const TAKEN = 'ConditionalCheckFailed';
const CONFLICT = 'TransactionConflict';

describe('creating an account', () => {
  it('is one transaction of both claims, the profile and the directory entries', async () => {
    expect(await create()).toEqual([]);
    const put = (Item: object) => ({
      Put: { TableName: 'parley-test', Item, ConditionExpression: 'attribute_not_exists(pk)' },
    });
    expect(sent()).toEqual([
      [
        'TransactWriteCommand',
        {
          TransactItems: [
            put({ pk: 'EMAIL#alice@example.org', sk: 'CREDENTIALS', userId: alice.id, passwordHash: 'hash' }),
            put({ pk: 'NAME#alice', sk: 'NAME', userId: alice.id }),
            put(profile),
            put({ pk: 'DIRECTORY#EVERYONE', sk: 'NAME#alice', id: alice.id, username: 'Alice' }),
            put({ pk: 'DIRECTORY#USERS', sk: 'NAME#alice', id: alice.id, username: 'Alice' }),
          ],
        },
      ],
    ]);
  });

  it.each([
    [[TAKEN, 'None', 'None', 'None', 'None'], ['email']],
    [['None', TAKEN, 'None', TAKEN, TAKEN], ['username']],
    [
      [TAKEN, TAKEN, 'None', TAKEN, TAKEN],
      ['email', 'username'],
    ],
    [[CONFLICT, TAKEN, 'None', 'None', 'None'], ['username']],
  ])('that is cancelled for %j names what is taken: %j', async (codes, taken) => {
    documents.on(TransactWriteCommand).rejects(cancelled(...codes));
    expect(await create()).toEqual(taken);
    expect(sent()).toHaveLength(1);
  });

  it('that conflicts with a concurrent registration is retried with jitter until one succeeds', async () => {
    documents
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled(CONFLICT, CONFLICT, 'None', 'None', 'None'))
      .rejectsOnce(cancelled('None', CONFLICT, 'None', 'None', 'None'))
      .rejectsOnce(cancelled(TAKEN, TAKEN, 'None', 'None', 'None'));
    expect(await create()).toEqual(['email', 'username']);
    expect(waits).toEqual([10, 20]);
  });

  it('succeeds after a conflict whose winner failed', async () => {
    documents.on(TransactWriteCommand).rejectsOnce(cancelled(CONFLICT)).resolvesOnce({});
    expect(await create()).toEqual([]);
  });

  it('gives up after eight conflicts', async () => {
    documents.on(TransactWriteCommand).rejects(cancelled(CONFLICT));
    expect(await rejection(create())).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(sent()).toHaveLength(8);
  });

  it('passes every other fault on', async () => {
    const fault = new Error('down');
    documents.on(TransactWriteCommand).rejects(fault);
    await expect(create()).rejects.toBe(fault);
  });
});

describe('looking up an account', () => {
  it('finds the credentials of an email in any letter case', async () => {
    documents.on(GetCommand).resolves({ Item: { pk: 'x', sk: 'y', userId: alice.id, passwordHash: 'hash' } });
    const { credentialsOf } = credentialStore(table);
    expect(await credentialsOf('ALICE@Example.ORG')).toEqual({ userId: alice.id, passwordHash: 'hash' });
    expect(sent()).toEqual([
      [
        'GetCommand',
        {
          TableName: 'parley-test',
          Key: { pk: 'EMAIL#alice@example.org', sk: 'CREDENTIALS' },
          ConsistentRead: true,
        },
      ],
    ]);
  });

  it('finds the profile of an id', async () => {
    documents.on(GetCommand).resolves({ Item: profile });
    expect(await profileStore(table).profileOf(alice.id)).toEqual(alice);
    const Key = { pk: `USER#${alice.id}`, sk: 'PROFILE' };
    expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key, ConsistentRead: true }]]);
  });

  it('finds no account that does not exist', async () => {
    expect(await credentialStore(table).credentialsOf('nobody@example.org')).toBeUndefined();
    expect(await profileStore(table).profileOf(id(404))).toBeUndefined();
  });
});
