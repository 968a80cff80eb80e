import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { DirectoryList, DirectoryUpkeep } from '../core/accounts/ports.ts';
import { Unavailable } from '../core/errors.ts';
import { directoryCountKey, directoryKey } from './keys.ts';
import type { Table } from './table.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * An entry and its list's count change in one transaction, on condition that the entry has not been changed so
 * before: a stream record that comes twice counts once.
 */
export function directoryUpkeep({ client, name }: Table): DirectoryUpkeep {
  async function change(list: DirectoryList, by: 1 | -1, entry: TransactItem): Promise<void> {
    const count = {
      Update: {
        TableName: name,
        Key: directoryCountKey(list),
        UpdateExpression: 'ADD entries :by',
        ExpressionAttributeValues: { ':by': by },
      },
    };
    try {
      await client.send(new TransactWriteCommand({ TransactItems: [entry, count] }));
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      if (error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed') return;
      // The counter is contended: the stream brings the record again.
      throw new Unavailable({ cause: error });
    }
  }

  return {
    countIn: (list, username) =>
      change(list, 1, {
        Update: {
          TableName: name,
          Key: directoryKey(list, username),
          UpdateExpression: 'SET counted = :yes',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(counted)',
          ExpressionAttributeValues: { ':yes': true },
        },
      }),

    enter: (list, { id, username }) =>
      change(list, 1, {
        Put: {
          TableName: name,
          Item: { ...directoryKey(list, username), id, username, counted: true },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      }),

    leave: (list, username) =>
      change(list, -1, {
        Delete: {
          TableName: name,
          Key: directoryKey(list, username),
          ConditionExpression: 'attribute_exists(counted)',
        },
      }),
  };
}
