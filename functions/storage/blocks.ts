import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { BlockStore } from '../core/blocks/block.ts';
import { pairWith } from '../core/conversations/conversation.ts';
import { isDeleted } from './accounts.ts';
import { membershipKey, presenceKey, sealKey } from './keys.ts';
import { packIds, unpackIds } from './packed-ids.ts';
import { type Item, isWritten, type Table, transact } from './table.ts';

/**
 * Those whom a user blocks stand with the user's presence, which is read wherever a block hides something. Each one is an attribute,
 * so that two blocks at once do not meet. Each write of the item is billed by its size, so the names are short.
 */
const PREFIX = 'block#';

const attributeOf = (userId: string): string => PREFIX + Buffer.from(packIds([userId])).toString('base64url');

/** Ids of those whom the user of a presence item blocks. */
export function blocksIn(item: Item): readonly string[] {
  return Object.keys(item)
    .filter((name) => name.startsWith(PREFIX))
    .flatMap((name) => unpackIds(Buffer.from(name.slice(PREFIX.length), 'base64url')));
}

export function blockStore(table: Table): BlockStore {
  const { client, name: TableName } = table;

  async function itemOf(userId: string): Promise<Item> {
    const { Item = {} } = await client.send(
      new GetCommand({ TableName, Key: presenceKey(userId), ConsistentRead: true }),
    );
    return Item;
  }

  const names = (otherId: string) => ({ '#block': attributeOf(otherId), '#count': 'blocks' });

  const sealOf = (userId: string, otherId: string) => {
    const { id, self } = pairWith(userId, otherId);
    return sealKey(id, self);
  };

  return {
    of: async (userId) => blocksIn(await itemOf(userId)),

    async add(userId, otherId, most) {
      const failed = await transact(table, [
        {
          Update: {
            TableName,
            Key: presenceKey(userId),
            UpdateExpression: 'SET #block = :yes ADD #count :one',
            ConditionExpression:
              'attribute_not_exists(deletedAt) AND attribute_not_exists(#block) AND (attribute_not_exists(#count) OR #count < :most)',
            ExpressionAttributeNames: names(otherId),
            ExpressionAttributeValues: { ':yes': true, ':one': 1, ':most': most },
          },
        },
        { Put: { TableName, Item: sealOf(userId, otherId) } },
      ]);
      if (failed.length === 0) return 'blocked';
      // Another device was faster, or the first answer was lost.
      const item = await itemOf(userId);
      if (isDeleted(item)) return 'deleted';
      return item[attributeOf(otherId)] === undefined ? 'full' : 'blocked';
    },

    async remove(userId, otherId) {
      await transact(table, [
        {
          Update: {
            TableName,
            Key: presenceKey(userId),
            UpdateExpression: 'REMOVE #block ADD #count :less',
            ConditionExpression: 'attribute_exists(#block)',
            ExpressionAttributeNames: names(otherId),
            ExpressionAttributeValues: { ':less': -1 },
          },
        },
        { Delete: { TableName, Key: { ...sealOf(userId, otherId) } } },
      ]);
    },

    async freezeReceipts(userId, otherId) {
      const { id, members } = pairWith(userId, otherId);
      await Promise.all(
        members.map((member) =>
          isWritten(
            client.send(
              new UpdateCommand({
                TableName,
                Key: membershipKey(member, id),
                UpdateExpression: 'SET frozenSeq = if_not_exists(readSeq, :none)',
                ConditionExpression: 'attribute_exists(pk)',
                ExpressionAttributeValues: { ':none': 0 },
              }),
            ),
          ),
        ),
      );
    },
  };
}
