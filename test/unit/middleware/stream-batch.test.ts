import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { eachRecord } from '../../../functions/middleware/stream-batch.ts';
import { rememberedReporting } from '../support/reporting.ts';

/** A record of a line: `a1` is the first of line `a`. */
const record = (SequenceNumber: string) => ({ dynamodb: { SequenceNumber } }) as DynamoDBRecord;
const nameOf = (one: DynamoDBRecord) => one.dynamodb?.SequenceNumber ?? '';
const NOTHING_FAILED = { batchItemFailures: [] };

async function follow(names: readonly string[], ...failing: string[]) {
  const { logger, logged } = rememberedReporting();
  const followed: string[] = [];
  const fault = new Error('down');
  const answer = await eachRecord(names.map(record), {
    lineOf: (one) => nameOf(one).charAt(0),
    follow: async (one) => {
      followed.push(nameOf(one));
      if (failing.includes(nameOf(one))) throw fault;
      await Promise.resolve();
      followed.push(`${nameOf(one)} done`);
    },
    logger,
  });
  return { answer, followed, logged, fault };
}

describe('the records of a batch', () => {
  it('are handled one after the other in each line', async () => {
    const { answer, followed, logged } = await follow(['a1', 'a2']);
    expect(answer).toEqual(NOTHING_FAILED);
    expect(followed).toEqual(['a1', 'a1 done', 'a2', 'a2 done']);
    expect(logged).toEqual([]);
  });

  it('are handled side by side in several lines', async () => {
    const { answer, followed } = await follow(['a1', 'b1', 'a2', 'c1']);
    expect(answer).toEqual(NOTHING_FAILED);
    expect(followed.slice(0, 3)).toEqual(['a1', 'b1', 'c1']);
    expect(followed.indexOf('a1 done')).toBeLessThan(followed.indexOf('a2'));
  });

  it('are handled in at most eight lines at once', async () => {
    const { followed } = await follow([...'abcdefghij'].map((line) => `${line}1`));
    expect(followed.slice(0, 9)).toEqual([...[...'abcdefgh'].map((line) => `${line}1`), 'a1 done']);
    expect(followed).toHaveLength(20);
  });

  it('are handled up to the first failure, which is logged; from there they are repeated', async () => {
    const { answer, followed, logged, fault } = await follow(['a1', 'a2', 'a3'], 'a2', 'a3');
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a2' }] });
    expect(followed).toEqual(['a1', 'a1 done', 'a2']);
    expect(logged).toEqual([['a change could not be followed', fault]]);
  });

  it('are repeated from the first that is not done in any line', async () => {
    // The failure of b1 keeps a2 from being begun, and a2 comes before it.
    const { answer, followed } = await follow(['a1', 'a2', 'b1', 'a3'], 'b1');
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a2' }] });
    expect(followed).toEqual(['a1', 'b1', 'a1 done']);
  });

  it('are repeated from the earliest of two failures, and both are logged', async () => {
    const { answer, logged } = await follow(['a1', 'b1'], 'a1', 'b1');
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a1' }] });
    expect(logged).toHaveLength(2);
  });

  it('are all repeated when the failed record has no sequence number', async () => {
    // An empty identifier makes Lambda repeat the whole batch.
    const { answer } = await follow([''], '');
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '' }] });
  });

  it('may be none', async () => {
    expect((await follow([])).answer).toEqual(NOTHING_FAILED);
  });
});
