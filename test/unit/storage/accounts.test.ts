import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { accountStore, credentialStore, profileStore } from '../../../functions/storage/accounts.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { rejection } from '../support/rejection.ts';
import { conditionFailed, sent, table, waits } from '../support/table.ts';

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
            {
              Put: {
                TableName: 'parley-test',
                Item: { pk: 'NAME#alice', sk: 'NAME', userId: alice.id },
                // The claim of a deleted account may be over, and not be deleted yet.
                ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
                ExpressionAttributeNames: { '#ttl': 'ttl' },
                ExpressionAttributeValues: { ':now': Date.parse(alice.createdAt) / 1000 },
              },
            },
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
  let memory: ReturnType<typeof memoryTable>;
  beforeEach(() => {
    memory = memoryTable();
  });

  it('finds the credentials of an email in any letter case', async () => {
    documents.on(GetCommand).resolves({ Item: { pk: 'x', sk: 'y', userId: alice.id, passwordHash: 'hash' } });
    const { credentialsOf } = credentialStore(table);
    expect(await credentialsOf('ALICE@Example.ORG')).toEqual({
      ...{ userId: alice.id, passwordHash: 'hash', changes: 0 },
    });
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

  it('replaces a hash unless another has taken its place', async () => {
    const { credentialsOf, replaceHash } = credentialStore(memory.table);
    await accountStore(memory.table).create(alice, 'first');
    await replaceHash('ALICE@example.org', 'first', 'second');
    await replaceHash('alice@example.org', 'first', 'third');
    expect(await credentialsOf('alice@example.org')).toEqual({
      ...{ userId: alice.id, passwordHash: 'second', changes: 0 },
    });
  });

  it('stores a new password, who changed it and how often, if the present one is still there', async () => {
    const { credentialsOf, changePassword } = credentialStore(memory.table);
    await accountStore(memory.table).create(alice, 'first');
    const present = { userId: alice.id, passwordHash: 'first', changes: 0 };
    expect(await changePassword('ALICE@example.org', present, 'second', id(500))).toBe(true);
    expect(await changePassword('alice@example.org', present, 'third', id(501))).toBe(false);
    const changed = { userId: alice.id, passwordHash: 'second', changes: 1, changedBy: id(500) };
    expect(await credentialsOf('alice@example.org')).toEqual(changed);
    expect(await changePassword('alice@example.org', changed, 'third', id(501))).toBe(true);
    expect(await credentialsOf('alice@example.org')).toMatchObject({ changes: 2, changedBy: id(501) });
  });

  it('stores no password for the next owner of an email, or for nobody', async () => {
    const { credentialsOf, changePassword } = credentialStore(memory.table);
    const present = { userId: id(404), passwordHash: 'first', changes: 0 };
    expect(await changePassword('alice@example.org', present, 'second', id(500))).toBe(false);
    expect(await credentialsOf('alice@example.org')).toBeUndefined();
    await accountStore(memory.table).create(alice, 'first');
    expect(await changePassword('alice@example.org', present, 'second', id(500))).toBe(false);
  });

  it('knows its own change of a password again, if its first answer was lost', async () => {
    const stored = (hash: string) => conditionFailed({ passwordHash: { S: hash } }, 2);
    const present = { userId: alice.id, passwordHash: 'first', changes: 0 };
    const change = () =>
      credentialStore(table).changePassword('alice@example.org', present, 'second', id(500));
    documents.on(UpdateCommand).rejectsOnce(stored('second')).rejectsOnce(stored('third'));
    expect([await change(), await change()]).toEqual([true, false]);
  });

  it('makes no credentials for an email that has none', async () => {
    const { credentialsOf, replaceHash } = credentialStore(memory.table);
    await replaceHash('nobody@example.org', 'first', 'second');
    expect(await credentialsOf('nobody@example.org')).toBeUndefined();
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
