import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ProfileEditor } from '../core/accounts/ports.ts';
import { toAccount } from './accounts.ts';
import { profileKey } from './keys.ts';
import type { Table } from './table.ts';

export function profileEditor({ client, name }: Table): ProfileEditor {
  return {
    async rename(userId, change) {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: name,
            Key: profileKey(userId),
            UpdateExpression: `SET ${given.map(([key]) => `#${key} = :${key}`).join(', ')}`,
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeNames: Object.fromEntries(given.map(([key]) => [`#${key}`, key])),
            ExpressionAttributeValues: Object.fromEntries(given.map(([key, value]) => [`:${key}`, value])),
            ReturnValues: 'ALL_NEW',
          }),
        );
        return Attributes && toAccount(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}
