import { describe, expect, it } from 'vitest';
import { deliver } from '../../../local/aws/stream/deliver.ts';
import type { StreamRecord } from '../../../local/aws/stream/reader.ts';
import type { InvocationResult } from '../../../local/invoker.ts';

const records = (...numbers: string[]): StreamRecord[] =>
  numbers.map((SequenceNumber) => ({
    eventID: SequenceNumber,
    eventName: 'INSERT',
    dynamodb: { Keys: {}, SequenceNumber },
  }));
const numbersOf = (batch: readonly StreamRecord[]) =>
  batch.map(({ dynamodb }) => dynamodb.SequenceNumber).join('');

const crash: InvocationResult = { ok: false, errorType: 'Error', errorMessage: 'boom' };
const failedItem = (itemIdentifier: string): InvocationResult => ({
  ok: true,
  value: { batchItemFailures: [{ itemIdentifier }] },
});
const success: InvocationResult = { ok: true, value: null };

/** Delivers 1, 2, 3 and 4 to a function. Returns the batches that it received, and the records that were given up. */
async function delivering(
  spec: { bisectsOnError?: boolean; maximumRetries: number },
  answer: (batch: string, call: number) => InvocationResult,
) {
  const seen: string[] = [];
  const givenUp: [string, string][] = [];
  const done = await deliver(records('1', '2', '3', '4'), {
    spec: { reportsItemFailures: true, bisectsOnError: false, ...spec },
    async invoke(batch) {
      seen.push(numbersOf(batch));
      return answer(numbersOf(batch), seen.length);
    },
    giveUp: (batch, problem) => givenUp.push([numbersOf(batch), problem]),
    delayMs: () => 0,
    signal: new AbortController().signal,
  });
  return { done, seen, givenUp };
}

describe('a batch of the stream', () => {
  it('is delivered once if the function succeeds', async () => {
    expect(await delivering({ maximumRetries: 3 }, () => success)).toEqual({
      done: true,
      seen: ['1234'],
      givenUp: [],
    });
  });

  it('is delivered again after an error', async () => {
    const { seen, givenUp } = await delivering({ maximumRetries: 3 }, (_, call) =>
      call < 3 ? crash : success,
    );
    expect(seen).toEqual(['1234', '1234', '1234']);
    expect(givenUp).toEqual([]);
  });

  it('is retried from the first failed item that the function reports', async () => {
    const { seen } = await delivering({ maximumRetries: 3 }, (_, call) =>
      call === 1 ? failedItem('3') : success,
    );
    expect(seen).toEqual(['1234', '34']);
  });

  it('fails as a whole if the function reports an unknown item', async () => {
    const { seen } = await delivering({ maximumRetries: 3 }, (_, call) =>
      call === 1 ? failedItem('9') : success,
    );
    expect(seen).toEqual(['1234', '1234']);
  });

  it('is given up after the last retry', async () => {
    expect(await delivering({ maximumRetries: 2 }, () => crash)).toEqual({
      done: true,
      seen: ['1234', '1234', '1234'],
      givenUp: [['1234', 'Error: boom']],
    });
  });

  it('loses only the failing record if it is bisected', async () => {
    const { seen, givenUp } = await delivering({ bisectsOnError: true, maximumRetries: 1 }, (batch) =>
      batch.includes('3') ? crash : success,
    );
    expect(seen).toEqual(['1234', '12', '34', '3', '3', '4']);
    expect(givenUp).toEqual([['3', 'Error: boom']]);
  });

  it('is not marked as done if the runtime stops during the delivery', async () => {
    const stopping = new AbortController();
    const done = await deliver(records('1'), {
      spec: { reportsItemFailures: false, bisectsOnError: false, maximumRetries: -1 },
      async invoke() {
        stopping.abort();
        return crash;
      },
      giveUp: () => {},
      signal: stopping.signal,
    });
    expect(done).toBe(false);
  });
});
