import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LoginAttempts } from '../core/accounts/ports.ts';
import { fromEpochSeconds, toEpochSeconds } from './epoch.ts';
import { attemptsKey } from './keys.ts';
import type { Table } from './table.ts';

/** A counter per email whose item expires with its window. */
export function loginAttempts({ client, name }: Table): LoginAttempts {
  return {
    async of(email, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: attemptsKey(email), ConsistentRead: true }),
      );
      // TTL deletes late, up to days: the reader decides what has expired.
      if (!Item || Item.ttl <= toEpochSeconds(now)) return undefined;
      return { failures: Item.failures, windowEnds: fromEpochSeconds(Item.ttl) };
    },

    async add(email, now, windowEnds) {
      const update = {
        TableName: name,
        Key: attemptsKey(email),
        ExpressionAttributeNames: { '#ttl': 'ttl' },
      };
      const end = toEpochSeconds(windowEnds);
      try {
        await client.send(
          new UpdateCommand({
            ...update,
            UpdateExpression: 'SET #ttl = if_not_exists(#ttl, :end) ADD failures :one',
            ConditionExpression: 'attribute_not_exists(#ttl) OR #ttl > :now',
            ExpressionAttributeValues: { ':end': end, ':one': 1, ':now': toEpochSeconds(now) },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The former window is over: a new one begins.
        await client.send(
          new UpdateCommand({
            ...update,
            UpdateExpression: 'SET #ttl = :end, failures = :one',
            ExpressionAttributeValues: { ':end': end, ':one': 1 },
          }),
        );
      }
    },

    async clear(email) {
      await client.send(new DeleteCommand({ TableName: name, Key: attemptsKey(email) }));
    },
  };
}
