import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { MembershipCheck, PresenceStore, StoredPresence } from '../core/presence/presence.ts';
import { isDeleted } from './accounts.ts';
import { blocksIn } from './blocks.ts';
import { membershipKey, presenceKey } from './keys.ts';
import { batchGet, isWritten, setting, type Table } from './table.ts';

export function presenceStore(table: Table): PresenceStore {
  const { client, name } = table;
  return {
    async of(userIds) {
      const items = await batchGet(table, userIds.map(presenceKey), { consistent: false });
      return userIds.map((userId, i) => toPresence(userId, items[i]));
    },

    async set(userId, online, now) {
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: presenceKey(userId),
            UpdateExpression: online
              ? 'SET #online = :online REMOVE lastSeen'
              : 'SET #online = :online, lastSeen = :now',
            // A user without a stored presence is offline already.
            ConditionExpression: online
              ? 'attribute_not_exists(deletedAt) AND (attribute_not_exists(#online) OR #online <> :online)'
              : 'attribute_exists(#online) AND #online <> :online',
            ExpressionAttributeNames: { '#online': 'online' },
            ExpressionAttributeValues: { ':online': online, ...(!online && { ':now': now.toISOString() }) },
          }),
        ),
      );
    },

    async hide(userId, hidden) {
      await client.send(
        new UpdateCommand({ TableName: name, Key: presenceKey(userId), ...setting({ hidden }) }),
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

export function toPresence(userId: string, item: Record<string, unknown> = {}): StoredPresence {
  const { online = false, hidden = false, lastSeen } = item as Partial<StoredPresence>;
  const blocks = blocksIn(item);
  return {
    userId,
    online,
    hidden,
    ...(lastSeen !== undefined && { lastSeen }),
    ...(isDeleted(item) && { deleted: true as const }),
    ...(blocks.length > 0 && { blocks }),
  };
}
