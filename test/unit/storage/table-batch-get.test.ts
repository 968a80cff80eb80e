import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { batchGet } from '../../../functions/storage/table.ts';
import { documents } from '../support/mocked-clients.ts';
import { rejection } from '../support/rejection.ts';
import { sent, table, waits } from '../support/table.ts';

const key = (n: number) => ({ pk: 'P', sk: `S${n}` });
const item = (n: number) => ({ ...key(n), value: n });
const keys = (count: number, from = 0) => Array.from({ length: count }, (_, i) => key(from + i));

const request = (Keys: object[], ConsistentRead = false) => [
  'BatchGetCommand',
  { RequestItems: { 'parley-test': { Keys, ConsistentRead } } },
];
const found = (...items: object[]) => ({ Responses: { 'parley-test': items } });
const unprocessed = (...Keys: object[]) => ({ UnprocessedKeys: { 'parley-test': { Keys } } });

const get = (wanted: ReturnType<typeof keys>, consistent = false) => batchGet(table, wanted, { consistent });

describe('items by key', () => {
  it('are in the requested order, and undefined for missing items', async () => {
    documents.on(BatchGetCommand).resolves(found(item(3), item(1)));
    expect(await get([key(1), key(2), key(3)])).toEqual([item(1), undefined, item(3)]);
    expect(sent()).toEqual([request([key(1), key(2), key(3)])]);
  });

  it('may be read consistently', async () => {
    await get([key(1)], true);
    expect(sent()).toEqual([request([key(1)], true)]);
  });

  it('are read once for each key, because DynamoDB refuses duplicate keys', async () => {
    documents.on(BatchGetCommand).resolves(found(item(1)));
    expect(await get([{ ...key(1), more: 'x' } as ReturnType<typeof key>, key(1)])).toEqual([
      item(1),
      item(1),
    ]);
    expect(sent()).toEqual([request([key(1)])]);
  });

  it('cost no request without keys', async () => {
    expect(await get([])).toEqual([]);
    expect(sent()).toEqual([]);
  });

  it.each([
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('are read a hundred at a time: %d', async (count, chunks) => {
    documents.on(BatchGetCommand).callsFake(({ RequestItems }) => found(...RequestItems['parley-test'].Keys));
    expect(await get(keys(count))).toEqual(keys(count));
    expect(
      documents
        .commandCalls(BatchGetCommand)
        .map(({ args: [{ input }] }) => input.RequestItems?.['parley-test']?.Keys?.length),
    ).toEqual(chunks);
  });

  it('are read again while some are unprocessed, and only those', async () => {
    documents
      .on(BatchGetCommand)
      .resolvesOnce({ ...found(item(1)), ...unprocessed(key(2), key(3)) })
      .resolvesOnce({ ...found(item(3)), ...unprocessed(key(2)) })
      .resolvesOnce(found(item(2)));
    expect(await get(keys(3, 1))).toEqual([item(1), item(2), item(3)]);
    expect(sent()).toEqual([request([key(1), key(2), key(3)]), request([key(2), key(3)]), request([key(2)])]);
    expect(waits).toEqual([10, 20]);
  });

  it('are unavailable after five rounds', async () => {
    documents.on(BatchGetCommand).resolves(unprocessed(key(1)));
    expect(await rejection(get([key(1)]))).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(sent()).toHaveLength(5);
  });

  it('are never returned in part: an error is thrown', async () => {
    const fault = new Error('down');
    documents
      .on(BatchGetCommand)
      .resolvesOnce(found(item(1)))
      .rejects(fault);
    await expect(get(keys(101))).rejects.toBe(fault);
  });
});
