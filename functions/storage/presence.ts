import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { MembershipCheck, PresenceStore, StoredPresence } from '../core/presence/presence.ts';
import { membershipKey, presenceKey } from './keys.ts';
import type { Table } from './table.ts';
import { batchGet } from './table.ts';

export function presenceStore(table: Table): PresenceStore {
  const { client, name } = table;
  return {
    async of(userIds) {
      const items = await batchGet(table, userIds.map(presenceKey), { consistent: false });
      return userIds.map((userId, i) => toPresence(userId, items[i]));
    },

    async set(userId, online, now) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: name,
            Key: presenceKey(userId),
            UpdateExpression: online
              ? 'SET #online = :online REMOVE lastSeen'
              : 'SET #online = :online, lastSeen = :now',
            // Somebody of whom nothing is stored is offline already.
            ConditionExpression: online
              ? 'attribute_not_exists(#online) OR #online <> :online'
              : 'attribute_exists(#online) AND #online <> :online',
            ExpressionAttributeNames: { '#online': 'online' },
            ExpressionAttributeValues: { ':online': online, ...(!online && { ':now': now.toISOString() }) },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async hide(userId, hidden) {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: presenceKey(userId),
          UpdateExpression: 'SET #hidden = :hidden',
          ExpressionAttributeNames: { '#hidden': 'hidden' },
          ExpressionAttributeValues: { ':hidden': hidden },
        }),
      );
    },
  };
}

export function membershipCheck(table: Table): MembershipCheck {
  return {
    async among(userId, conversations) {
      const keys = conversations.map((conversation) => membershipKey(userId, conversation));
      const items = await batchGet(table, keys, { consistent: false });
      return new Set(conversations.filter((_, i) => items[i]));
    },
  };
}

export function toPresence(userId: string, item: Record<string, unknown> | undefined): StoredPresence {
  const { online = false, hidden = false, lastSeen } = (item ?? {}) as Partial<StoredPresence>;
  return { userId, online, hidden, ...(lastSeen !== undefined && { lastSeen }) };
}
