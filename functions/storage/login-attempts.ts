import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Attempt, AttemptLimit, AttemptRefused, LoginAttempts } from '../core/accounts/ports.ts';
import { Unavailable } from '../core/errors.ts';
import { fromEpochSeconds, toEpochSeconds } from './epoch.ts';
import { attemptsKey } from './keys.ts';
import type { Table } from './table.ts';

/** The turn of a window makes a second round, and somebody else who was faster there a third. */
const MAX_ROUNDS = 5;

interface Stored {
  readonly ttl?: number;
  /** Those whose password was not right, or is being checked. */
  readonly attempts?: number;
  /** Of these, those known to be wrong. */
  readonly failures?: number;
}

/** Two counters per email, in an item that expires with its window. */
export function loginAttempts({ client, name }: Table): LoginAttempts {
  /** What is stored after the update, or instead of it. */
  async function update(
    email: string,
    input: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'>,
  ): Promise<{ readonly isDone: boolean; readonly stored: Stored }> {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: name,
          Key: attemptsKey(email),
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          ...input,
        }),
      );
      return { isDone: true, stored: Attributes ?? {} };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { isDone: false, stored: error.Item ? unmarshall(error.Item) : {} };
    }
  }

  /** Undefined at the turn of a window: the next round finds another one. */
  async function begin(
    email: string,
    { failures, seconds }: AttemptLimit,
    now: Date,
  ): Promise<Attempt | AttemptRefused | undefined> {
    const at = toEpochSeconds(now);
    const window = { ':end': at + seconds, ':one': 1 };
    const { isDone, stored } = await update(email, {
      UpdateExpression: 'SET #ttl = if_not_exists(#ttl, :end) ADD attempts :one',
      ConditionExpression: 'attribute_not_exists(#ttl) OR #ttl > :now AND attempts < :limit',
      ExpressionAttributeValues: { ...window, ':now': at, ':limit': failures },
    });
    const { ttl = 0, attempts = 0, failures: wrong = 0 } = stored;
    if (isDone) return { email, windowEnds: fromEpochSeconds(ttl) };
    // TTL deletes late, up to days: the item may be that of a window that is over.
    if (ttl > at) return { windowEnds: fromEpochSeconds(ttl), isUndecided: wrong < attempts };
    const begun = await update(email, {
      UpdateExpression: 'SET #ttl = :end, attempts = :one REMOVE failures',
      ConditionExpression: '#ttl = :former',
      ExpressionAttributeValues: { ...window, ':former': ttl },
    });
    return begun.isDone ? { email, windowEnds: fromEpochSeconds(at + seconds) } : undefined;
  }

  /** In another window than its own an attempt counts no more. */
  async function change({ email, windowEnds }: Attempt, UpdateExpression: string, by: number) {
    await update(email, {
      UpdateExpression,
      ConditionExpression: '#ttl = :end',
      ExpressionAttributeValues: { ':end': toEpochSeconds(windowEnds), ':by': by },
    });
  }

  return {
    async begin(email, limit, now) {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const begun = await begin(email, limit, now);
        if (begun) return begun;
      }
      throw new Unavailable();
    },
    fail: (attempt) => change(attempt, 'ADD failures :by', 1),
    giveBack: (attempt) => change(attempt, 'ADD attempts :by', -1),
  };
}
