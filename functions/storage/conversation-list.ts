import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ConversationList } from '../core/export/export.ts';
import { conversationOf, MEMBERSHIP_PREFIX, membershipKey, userPartition } from './keys.ts';
import type { Table } from './table.ts';

/** The conversations of a user by their memberships, whose keys do not move as those of the inbox do. */
export function conversationList({ client, name }: Table): ConversationList {
  return {
    async after(userId, conversation, limit) {
      const low = conversation === undefined ? MEMBERSHIP_PREFIX : membershipKey(userId, conversation).sk;
      // BETWEEN includes its ends: the conversation itself comes first, and is dropped. Memberships are small, so one Query is
      // enough: see one-query.test.ts.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': userPartition(userId), ':low': low, ':high': END },
          Limit: conversation === undefined ? limit : limit + 1,
        }),
      );
      return Items.filter(({ sk }) => sk !== low)
        .slice(0, limit)
        .map(({ sk }): string => conversationOf(sk));
    },
  };
}

/** Sorts behind every conversation. */
const END = `${MEMBERSHIP_PREFIX}~`;
