import { BatchWriteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { watchStore } from '../../../functions/storage/watches.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, id } from '../support/people.ts';
import { rejection } from '../support/rejection.ts';
import { sent, table, waits } from '../support/table.ts';

const watches = watchStore(table);
const TableName = 'parley-test';
const now = new Date(NOON);
const ttl = now.getTime() / 1000 + 7_200;
const phone = { userId: alice.id, connectionId: 'phone=' };
const listKey = { pk: `USER#${alice.id}`, sk: 'WATCHING#phone=' };
const row = (userId: string) => ({ pk: `WATCH#${userId}`, sk: `${alice.id}#phone=` });
const list = (...users: string[]) => ['PutCommand', { TableName, Item: { ...listKey, users, ttl } }];
const get = ['GetCommand', { TableName, Key: listKey, ConsistentRead: true }];
const put = (userId: string) => ({ PutRequest: { Item: { ...row(userId), ttl } } });
const remove = (userId: string) => ({ DeleteRequest: { Key: row(userId) } });
const batch = (...writes: object[]) => ['BatchWriteCommand', { RequestItems: { [TableName]: writes } }];
const stored = (...users: string[]) =>
  documents.on(GetCommand).resolves({ Item: { ...listKey, users, ttl } });
const many = (count: number, from = 10) => Array.from({ length: count }, (_, i) => id(from + i));

describe('the list of a device', () => {
  it('is written before its rows, all of which expire with the longest life of a socket', async () => {
    await watches.watch(phone, [bob.id, id(3)], now);
    expect(sent()).toEqual([get, list(bob.id, id(3)), batch(put(bob.id), put(id(3)))]);
  });

  it('that replaces another names the users of both until the old rows are deleted', async () => {
    stored(bob.id, id(3));
    await watches.watch(phone, [id(3), id(4)], now);
    expect(sent()).toEqual([
      get,
      list(bob.id, id(3), id(4)),
      batch(remove(bob.id), put(id(3)), put(id(4))),
      list(id(3), id(4)),
    ]);
  });

  it('may be empty, which ends all watches', async () => {
    stored(bob.id);
    await watches.watch(phone, [], now);
    expect(sent()).toEqual([get, list(bob.id), batch(remove(bob.id)), list()]);
  });

  it('of a closed device is deleted after its rows', async () => {
    stored(bob.id, id(3));
    await watches.unwatch(phone);
    expect(sent()).toEqual([
      get,
      batch(remove(bob.id), remove(id(3))),
      ['DeleteCommand', { TableName, Key: listKey }],
    ]);
  });

  it('of a device without watches costs one read', async () => {
    await watches.unwatch(phone);
    expect(sent()).toEqual([get]);
  });
});

describe('rows are written', () => {
  it.each([
    [25, [25]],
    [26, [25, 1]],
    [50, [25, 25]],
  ])('25 at a time: %d', async (count, chunks) => {
    await watches.watch(phone, many(count), now);
    const sizes = documents
      .commandCalls(BatchWriteCommand)
      .map(({ args: [{ input }] }) => input.RequestItems?.[TableName]?.length);
    expect(sizes).toEqual(chunks);
  });

  it('again while some are unprocessed, and only those', async () => {
    documents
      .on(BatchWriteCommand)
      .resolvesOnce({ UnprocessedItems: { [TableName]: [put(id(3))] } })
      .resolvesOnce({ UnprocessedItems: {} });
    await watches.watch(phone, [bob.id, id(3)], now);
    expect(sent().slice(2)).toEqual([batch(put(bob.id), put(id(3))), batch(put(id(3)))]);
    expect(waits).toEqual([10]);
  });

  it('in at most five rounds, after which the list still names them all', async () => {
    stored(bob.id);
    documents.on(BatchWriteCommand).resolves({ UnprocessedItems: { [TableName]: [put(id(3))] } });
    expect(await rejection(watches.watch(phone, [id(3)], now))).toEqual({
      code: 'unavailable',
      retryAfter: 1,
    });
    expect(documents.commandCalls(BatchWriteCommand)).toHaveLength(5);
    expect(sent().filter(([name]) => name === 'PutCommand')).toEqual([list(bob.id, id(3))]);
  });
});

describe('the watchers of a user', () => {
  it('are read page by page, without those whose rows have expired', async () => {
    const watcher = (n: number, more = 1) => ({
      pk: 'x',
      sk: `${id(n)}#c${n}=`,
      ttl: now.getTime() / 1000 + more,
    });
    const edge = { pk: 'x', sk: 'y' };
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [watcher(3), watcher(4, 0)], LastEvaluatedKey: edge })
      .resolvesOnce({ Items: [watcher(5)] });
    expect(await watches.watchersOf(bob.id, now)).toEqual([
      { userId: id(3), connectionId: 'c3=' },
      { userId: id(5), connectionId: 'c5=' },
    ]);
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `WATCH#${bob.id}` },
    };
    expect(sent()).toMatchObject([
      ['QueryCommand', query],
      ['QueryCommand', { ...query, ExclusiveStartKey: edge }],
    ]);
  });

  it.each([...Array(9).keys()])(
    'are right, and nothing is left over, after a death behind step %d',
    async (step) => {
      const { table: own, killAfter, state } = memoryTable();
      const store = watchStore(own);
      const of = async (userIds: string[]) =>
        (await Promise.all(userIds.map((userId) => store.watchersOf(userId, now)))).map((all) => all.length);
      await store.watch(phone, many(30), now);
      killAfter(step);
      await store.watch(phone, many(30, 25), now).catch(() => undefined);
      killAfter(Number.POSITIVE_INFINITY);
      // The device asks again, for others.
      await store.watch(phone, many(10, 50), now);
      expect(await of(many(40))).toEqual(Array(40).fill(0));
      expect(await of(many(10, 50))).toEqual(Array(10).fill(1));
      await store.unwatch(phone);
      expect(state.partitionKeys().flatMap((pk) => state.partition(pk))).toEqual([]);
    },
  );
});
