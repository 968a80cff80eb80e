import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { directory } from '../../../functions/storage/directory.ts';
import { documents } from '../support/mocked-clients.ts';
import { id } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const people = directory(table);
const FIRST = 'NAME#';
const LAST = 'NAME#\u{10ffff}';

const item = (n: number) => ({
  pk: 'DIRECTORY#USERS',
  sk: `NAME#u${n}`,
  counted: true,
  id: id(n),
  username: `U${n}`,
});
const entry = (n: number) => ({ id: id(n), username: `U${n}` });
const query = (low: string, high: string, more: object) => ({
  TableName: 'parley-test',
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
  ExpressionAttributeValues: { ':pk': 'DIRECTORY#USERS', ':low': low, ':high': high },
  ScanIndexForward: true,
  ...more,
});

describe('a page of the directory', () => {
  it('starts with the first name and never contains the counter', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(1), item(2)] });
    expect(await people.page('users', { limit: 2 })).toEqual([entry(1), entry(2)]);
    expect(sent()).toEqual([['QueryCommand', query(FIRST, LAST, { Limit: 2 })]]);
    expect('COUNT' < FIRST).toBe(true);
  });

  it('starts after a name', async () => {
    await people.page('users', { limit: 2, from: 'u1' });
    expect(sent()).toEqual([['QueryCommand', query('NAME#u1\u0000', LAST, { Limit: 2 })]]);
    expect(['NAME#u1', 'NAME#u10', 'NAME#u1.'].map((sk) => sk >= 'NAME#u1\u0000')).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('ends before a name when read backwards, and is in ascending order', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(4), item(3), item(2)] });
    expect(await people.page('users', { limit: 2, from: 'u4', backwards: true })).toEqual([
      entry(2),
      entry(3),
    ]);
    expect(sent()).toEqual([
      ['QueryCommand', query(FIRST, 'NAME#u4', { ScanIndexForward: false, Limit: 3 })],
    ]);
  });

  it('has no extra entry backwards when the name does not exist', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(3), item(2), item(1)] });
    expect(await people.page('users', { limit: 2, from: 'u4', backwards: true })).toEqual([
      entry(2),
      entry(3),
    ]);
  });

  it('includes staff for users who may see staff', async () => {
    await people.page('everyone', { limit: 1 });
    expect(sent()[0]?.[1]).toMatchObject({ ExpressionAttributeValues: { ':pk': 'DIRECTORY#EVERYONE' } });
  });

  it('is empty for an empty list', async () => {
    expect(await people.page('users', { limit: 2 })).toEqual([]);
  });
});

describe('the count of a list', () => {
  it('is stored beside the list', async () => {
    documents.on(GetCommand).resolves({ Item: { entries: 42 } });
    expect(await people.count('users')).toBe(42);
    expect(sent()).toEqual([
      ['GetCommand', { TableName: 'parley-test', Key: { pk: 'DIRECTORY#USERS', sk: 'COUNT' } }],
    ]);
  });

  it('is 0 before the first account', async () => {
    expect(await people.count('everyone')).toBe(0);
  });
});
