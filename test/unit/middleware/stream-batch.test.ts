import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { eachRecord } from '../../../functions/middleware/stream-batch.ts';
import { rememberedReporting } from '../support/reporting.ts';

const record = (SequenceNumber: string) => ({ dynamodb: { SequenceNumber } }) as DynamoDBRecord;
const numbersOf = (one: DynamoDBRecord) => one.dynamodb?.SequenceNumber ?? '';

async function follow(records: readonly DynamoDBRecord[], ...failing: string[]) {
  const { logger, logged } = rememberedReporting();
  const followed: string[] = [];
  const fault = new Error('down');
  const answer = await eachRecord(
    records,
    async (one) => {
      followed.push(numbersOf(one));
      // Later records must not overtake: each waits for the one before it.
      await Promise.resolve();
      if (failing.includes(numbersOf(one))) throw fault;
      followed.push(`${numbersOf(one)} done`);
    },
    logger,
  );
  return { answer, followed, logged, fault };
}

describe('the records of a batch', () => {
  it('are handled one after the other', async () => {
    const { answer, followed, logged } = await follow([record('1'), record('2')]);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(followed).toEqual(['1', '1 done', '2', '2 done']);
    expect(logged).toEqual([]);
  });

  it('are handled up to the first failure, which is logged and reported', async () => {
    const { answer, followed, logged, fault } = await follow(
      [record('1'), record('2'), record('3')],
      '2',
      '3',
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(followed).toEqual(['1', '1 done', '2']);
    expect(logged).toEqual([['a change could not be followed', fault]]);
  });

  it('are all repeated when the failed record has no sequence number', async () => {
    // An empty identifier makes Lambda repeat the whole batch.
    const { answer } = await follow([{} as DynamoDBRecord], '');
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '' }] });
  });

  it('may be none', async () => {
    expect((await follow([])).answer).toEqual({ batchItemFailures: [] });
  });
});
