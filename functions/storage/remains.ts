import { DeleteCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Remains } from '../core/accounts/follow-deletion.ts';
import { atMost } from '../core/at-most.ts';
import { pairWith } from '../core/conversations/conversation.ts';
import type { SealRemover } from '../core/presence/follow-presence.ts';
import {
  conversationOf,
  GROUP_MEMBERSHIP_PREFIX,
  type Key,
  PRESENCE,
  PROFILE,
  profileKey,
  REMAINS,
  remainsKey,
  SOCKETS,
  sealKey,
  userPartition,
} from './keys.ts';
import { isWritten, type Table, TTL, toEpochSeconds } from './table.ts';

/** Three say that the account is deleted, and stay. The last one waits for its end. */
const MARKS = [PROFILE, SOCKETS, PRESENCE, REMAINS];

/** So many items are deleted at once. */
const PARALLEL = 25;

export function remainsOf({ client, name }: Table): Remains {
  return {
    async clear(userId, most, leave) {
      // A Query that ends early, at 1 MB, is one of the steps.
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': userPartition(userId) },
          Limit: most + MARKS.length,
        }),
      );
      const left = Items.filter(({ sk }) => !MARKS.includes(sk));
      for (const { sk } of left) {
        if (sk.startsWith(GROUP_MEMBERSHIP_PREFIX)) await leave(conversationOf(sk));
      }
      await atMost(PARALLEL, left as Key[], async ({ pk, sk }) => {
        await client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }));
      });
      return LastEvaluatedKey ? 'more' : 'done';
    },

    async askAgain(userId) {
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: profileKey(userId),
            UpdateExpression: 'ADD steps :one',
            ConditionExpression: 'attribute_exists(deletedAt)',
            ExpressionAttributeValues: { ':one': 1 },
          }),
        ),
      );
    },

    async lookAgain(userId, at) {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: remainsKey(userId),
          UpdateExpression: 'SET #ttl = :at',
          ExpressionAttributeNames: TTL,
          ExpressionAttributeValues: { ':at': toEpochSeconds(at) },
        }),
      );
    },
  };
}

/** The seals of the blocks of a deleted account. They stand with its conversations, not in its own partition. */
export function sealRemover({ client, name }: Table): SealRemover {
  return {
    async remove(userId, otherIds) {
      await atMost(PARALLEL, otherIds, async (otherId) => {
        const { id, self } = pairWith(userId, otherId);
        await client.send(new DeleteCommand({ TableName: name, Key: { ...sealKey(id, self) } }));
      });
    },
  };
}
