import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { Unavailable } from '../core/errors.ts';
import type { Table } from './table.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Two transactions that touch one item at the same moment cancel each other; so many times is more than bad luck. */
const MAX_ROUNDS = 8;

/** Reasons of a cancellation that pass: they say nothing of the items themselves. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Writes all of the items, or nothing.
 * @returns the places of the items whose conditions did not hold; none means: written
 * @throws Unavailable while others keep touching the items; nothing was written
 */
export async function transact(
  { client, backoff }: Pick<Table, 'client' | 'backoff'>,
  items: TransactItem[],
): Promise<readonly number[]> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (round > 0) await backoff(round - 1);
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
      return [];
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = error.CancellationReasons?.map(({ Code = 'None' }) => Code) ?? [];
      const failed = codes.flatMap((code, i) => (code === 'ConditionalCheckFailed' ? i : []));
      if (failed.length > 0) return failed;
      if (!codes.some((code) => PASSING.has(code))) throw error;
    }
  }
  throw new Unavailable();
}
