import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packIds, packKnown, unpackIds, unpackKnown } from '../../../functions/storage/packed-ids.ts';
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
const NOON_S = now.getTime() / 1000;
const HOUR = 3_600;
const phone = { userId: alice.id, connectionId: 'phone=' };
const desk = { userId: alice.id, connectionId: 'desk=' };
const listKey = { pk: `USER#${alice.id}`, sk: 'WATCHING#phone=' };
const knownKey = { pk: `USER#${alice.id}`, sk: 'WATCHED' };
const row = (userId: string) => ({ pk: `WATCH#${userId}`, sk: alice.id });
const get = ['GetCommand', { TableName, Key: knownKey }];
const read = ['GetCommand', { TableName, Key: listKey, ConsistentRead: true }];
const list = (...users: string[]) => [
  'PutCommand',
  { TableName, Item: { ...listKey, users: packIds(users), ttl: NOON_S + 2 * HOUR } },
];
const put = (userId: string) => ({ PutRequest: { Item: { ...row(userId), ttl: NOON_S + 4 * HOUR } } });
const batch = (...writes: object[]) => ['BatchWriteCommand', { RequestItems: { [TableName]: writes } }];
const rowsOf = (known: Record<string, number>) => packKnown(new Map(Object.entries(known)));
const known = (rows: Record<string, number>) =>
  documents.on(GetCommand).resolves({ Item: { ...knownKey, rows: rowsOf(rows) } });
const many = (count: number, from = 10) => Array.from({ length: count }, (_, i) => id(from + i));

describe('a list', () => {
  it('writes a row for each user, and then remembers the rows', async () => {
    await watches.watch(phone, [bob.id, id(3)], now);
    const until = NOON_S + 4 * HOUR;
    const rows = rowsOf({ [bob.id]: until, [id(3)]: until });
    expect(sent()).toEqual([
      get,
      list(bob.id, id(3)),
      batch(put(bob.id), put(id(3))),
      ['PutCommand', { TableName, Item: { ...knownKey, rows, ttl: until } }],
    ]);
  });

  it('writes rows only for those users whose row does not live as long as the socket can', async () => {
    known({ [bob.id]: NOON_S + 2 * HOUR, [id(3)]: NOON_S + 2 * HOUR - 1, [id(4)]: NOON_S + 3 * HOUR });
    await watches.watch(phone, [bob.id, id(3), id(4)], now);
    expect(sent().slice(1, 3)).toEqual([list(bob.id, id(3), id(4)), batch(put(id(3)))]);
  });

  it('of users whom the account has watched lately is one read and one write', async () => {
    known({ [bob.id]: NOON_S + 3 * HOUR });
    await watches.watch(phone, [bob.id], now);
    expect(sent()).toEqual([get, list(bob.id)]);
  });

  it('may be empty, which ends all watches', async () => {
    await watches.watch(phone, [], now);
    expect(sent()).toEqual([get, list()]);
  });

  it('of a closed device is deleted, and its rows expire', async () => {
    documents.on(GetCommand).resolves({ Item: listKey });
    await watches.unwatch(phone);
    expect(sent()).toEqual([read, ['DeleteCommand', { TableName, Key: listKey }]]);
  });

  it('of a device without one costs one read', async () => {
    await watches.unwatch(phone);
    expect(sent()).toEqual([read]);
  });
});

describe('lists that alternate', () => {
  /** The rows that each of some lists writes. */
  async function rowsWritten(lists: readonly (readonly string[])[]): Promise<number[]> {
    const { table: own, state } = memoryTable();
    const before = new Set<string>();
    const counts: number[] = [];
    for (const [i, users] of lists.entries()) {
      const at = new Date(now.getTime() + i * 1_000);
      await watchStore(own).watch(phone, users, at);
      const rows = state
        .partitionKeys()
        .flatMap((pk) => state.partition(pk).map(({ ttl }) => `${pk} ${ttl}`));
      counts.push(rows.filter((one) => one.startsWith('WATCH#') && !before.has(one)).length);
      for (const one of rows) before.add(one);
    }
    return counts;
  }
  const [a, b, c] = [many(48), many(48, 100), many(48, 200)];

  it('write nothing but themselves once their rows are there', async () => {
    expect(await rowsWritten([a, b, a, b, a, b])).toEqual([48, 48, 0, 0, 0, 0]);
  });

  it('never write more than a row for each user, however many lists there are', async () => {
    expect(await rowsWritten([a, b, c, a, b, c])).toEqual([48, 48, 48, 48, 48, 48]);
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
    expect(sent().slice(2, 4)).toEqual([batch(put(bob.id), put(id(3))), batch(put(id(3)))]);
    expect(waits).toEqual([10]);
  });

  it('in at most five rounds, after which they are not remembered', async () => {
    documents.on(BatchWriteCommand).resolves({ UnprocessedItems: { [TableName]: [put(id(3))] } });
    expect(await rejection(watches.watch(phone, [id(3)], now))).toEqual({
      code: 'unavailable',
      retryAfter: 1,
    });
    expect(documents.commandCalls(BatchWriteCommand)).toHaveLength(5);
    expect(sent().filter(([name]) => name === 'PutCommand')).toEqual([list(id(3))]);
  });
});

describe('the watchers of a user', () => {
  const of = async (store: ReturnType<typeof watchStore>, userId: string, at = now) =>
    (await store.watchersOf(userId, at)).map(({ connectionId }) => connectionId).sort();

  it('are the devices whose list has them now', async () => {
    const store = watchStore(memoryTable().table);
    await store.watch(phone, [bob.id, id(3)], now);
    await store.watch(desk, [id(3)], now);
    expect(await of(store, id(3))).toEqual(['desk=', 'phone=']);
    expect(await of(store, bob.id)).toEqual(['phone=']);
    await store.watch(phone, [id(4)], now);
    expect([await of(store, bob.id), await of(store, id(3)), await of(store, id(4))]).toEqual([
      [],
      ['desk='],
      ['phone='],
    ]);
    await store.unwatch(desk);
    expect(await of(store, id(3))).toEqual([]);
    expect(await store.watchersOf(id(4), now)).toEqual([phone]);
  });

  it('are told as long as their socket can live, whenever its list came', async () => {
    const store = watchStore(memoryTable().table);
    const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
    await store.watch(phone, [bob.id], now);
    await store.watch(desk, [bob.id], later(2 * HOUR));
    expect(await of(store, bob.id, later(2 * HOUR))).toEqual(['desk=']);
    await store.watch(phone, [bob.id], later(2 * HOUR + 1));
    expect(await of(store, bob.id, later(4 * HOUR - 1))).toEqual(['desk=', 'phone=']);
    expect(await of(store, bob.id, later(4 * HOUR))).toEqual(['phone=']);
    expect(await of(store, bob.id, later(4 * HOUR + 1))).toEqual([]);
  });

  it.each([...Array(6).keys()])('are right after a death behind step %d', async (step) => {
    const { table: own, killAfter } = memoryTable();
    const store = watchStore(own);
    const counts = async (userIds: string[]) =>
      (await Promise.all(userIds.map((userId) => store.watchersOf(userId, now)))).map((all) => all.length);
    await store.watch(phone, many(30), now);
    killAfter(step);
    await store.watch(phone, many(30, 25), now).catch(() => undefined);
    killAfter(Number.POSITIVE_INFINITY);
    // The device asks again, for others.
    await store.watch(phone, many(20, 45), now);
    expect(await counts(many(35))).toEqual(Array(35).fill(0));
    expect(await counts(many(20, 45))).toEqual(Array(20).fill(1));
  });
});

it('packed ids are what they were', () => {
  const ids = fc.array(fc.uuid(), { maxLength: 60 });
  const times = fc.dictionary(fc.uuid(), fc.nat({ max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(ids, times, (all, until) => {
      expect(unpackIds(packIds(all))).toEqual(all);
      expect(Object.fromEntries(unpackKnown(rowsOf(until)))).toEqual({ ...until });
    }),
  );
  expect([unpackIds(undefined), unpackKnown(undefined)]).toEqual([[], new Map()]);
});
