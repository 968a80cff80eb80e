import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { InboxUpkeep, Peer } from '../core/inbox/inbox.ts';
import { type ConversationItem, toPlace, toPositions } from './inbox.ts';
import { conversationKey, membershipKey, PLACE_PREFIX, placeKey, userPartition } from './keys.ts';
import { toList } from './log-entry.ts';
import type { Table } from './table.ts';

/** What the stream's consumer does to the inboxes. Each step can be repeated. */
export function inboxUpkeep({ client, name }: Table): InboxUpkeep {
  /** A conversation moves up only: a run that comes late finds that a newer one was faster. Its own repetition does no harm. */
  async function namePlace(
    userId: string,
    conversation: string,
    topAt: string,
    peer: Peer,
  ): Promise<boolean> {
    try {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: membershipKey(userId, conversation),
          UpdateExpression: 'SET topAt = :topAt, peer = :peer',
          ConditionExpression: 'attribute_not_exists(topAt) OR topAt <= :topAt',
          ExpressionAttributeValues: { ':topAt': topAt, ':peer': peer },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async noted(conversation) {
      const Key = conversationKey(conversation);
      const { Item } = await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }));
      return {
        seq: Item?.seq ?? 0,
        positions: toPositions(conversation, Item as ConversationItem | undefined),
      };
    },

    async note(conversation, { said, ...last }, positions) {
      const values = Object.entries({
        ...last,
        said: toList(conversation, said, (count) => count),
        positions: toList(conversation, positions, ({ seq, others }) => [seq, others]),
      });
      try {
        await client.send(
          new UpdateCommand({
            TableName: name,
            Key: conversationKey(conversation),
            UpdateExpression: `SET ${values.map(([key]) => `#${key} = :${key}`).join(', ')}`,
            ConditionExpression: 'attribute_not_exists(#seq) OR #seq < :seq',
            ExpressionAttributeNames: Object.fromEntries(values.map(([key]) => [`#${key}`, key])),
            ExpressionAttributeValues: Object.fromEntries(values.map(([key, value]) => [`:${key}`, value])),
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async top(userId) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': userPartition(userId), ':prefix': PLACE_PREFIX },
          ScanIndexForward: false,
          Limit: 1,
        }),
      );
      return Items[0] && toPlace(Items[0].sk);
    },

    async placeOf(userId, conversation) {
      const Key = membershipKey(userId, conversation);
      const { Item } = await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }));
      return Item?.topAt === undefined ? undefined : { conversation, topAt: Item.topAt };
    },

    async moveToTop(userId, { conversation, topAt }, peer, left) {
      // The new place, then the membership that names it, then the places left away: whatever dies in between leaves at
      // worst a place that no membership names, and readers pass over that.
      await client.send(new PutCommand({ TableName: name, Item: placeKey(userId, topAt, conversation) }));
      const isNamed = await namePlace(userId, conversation, topAt, peer);
      for (const place of isNamed ? left : [{ topAt }]) {
        await client.send(
          new DeleteCommand({ TableName: name, Key: placeKey(userId, place.topAt, conversation) }),
        );
      }
    },
  };
}
