import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type ChangedSummary, type InboxProjection, type Peer, toLast } from '../core/inbox/inbox.ts';
import { fromSummary, toInboxPosition, toSummary } from './inbox.ts';
import { INBOX_PREFIX, inboxPositionKey, membershipKey, summaryKey, userPartition } from './keys.ts';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';
import { isWritten, setting, type Table } from './table.ts';

/** Shows a changed message in the summary of its conversation, as long as that is its last one. */
export function changedSummary({ client, name }: Table): ChangedSummary {
  return {
    async showChanged({ id }, message) {
      const { text, changed } = toLast(message);
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: summaryKey(id),
            UpdateExpression: 'SET #text = :text, #changed = :changed',
            ConditionExpression:
              '#id = :id AND (attribute_not_exists(#changed) OR #changed.#change < :change)',
            ExpressionAttributeNames: {
              '#id': 'id',
              '#text': 'text',
              '#changed': 'changed',
              '#change': 'change',
            },
            ExpressionAttributeValues: {
              ':id': message.id,
              ':text': text,
              ':changed': changed,
              ':change': changed?.change,
            },
          }),
        ),
      );
    },
  };
}

/** Writes the inboxes for the stream's function. Each step may be repeated. */
export function inboxProjection(table: Table): InboxProjection {
  const { client, name } = table;

  /**
   * Names the pair's position in the membership. A pair only moves up: a late run finds that a newer one was faster, and to repeat
   * its own move has no effect.
   */
  const namePosition = (userId: string, conversation: string, topAt: string, peer: Peer): Promise<boolean> =>
    isWritten(
      client.send(
        new UpdateCommand({
          TableName: name,
          Key: membershipKey(userId, conversation),
          UpdateExpression: 'SET topAt = :topAt, peer = :peer',
          ConditionExpression: 'attribute_not_exists(topAt) OR topAt <= :topAt',
          ExpressionAttributeValues: { ':topAt': topAt, ':peer': peer },
        }),
      ),
    );

  return {
    async summary(conversation) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: summaryKey(conversation.id), ConsistentRead: true }),
      );
      return Item && toSummary(conversation, Item);
    },

    async summarize(conversation, summary) {
      const { UpdateExpression, ExpressionAttributeNames, ...values } = setting(
        fromSummary(conversation, summary),
      );
      // The message before may have changed, or have been an event.
      const left = (['changed', 'event'] as const).filter((name) => !summary.last[name]);
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: summaryKey(conversation.id),
            UpdateExpression: `${UpdateExpression} REMOVE ${left.map((name) => `#${name}`).join(', ')}`,
            ExpressionAttributeNames: {
              ...ExpressionAttributeNames,
              ...Object.fromEntries(left.map((name) => [`#${name}`, name])),
            },
            ...values,
            ConditionExpression: 'attribute_not_exists(#seq) OR #seq < :seq',
          }),
        ),
      );
    },

    ...changedSummary(table),

    async notes(userId, conversation) {
      const Key = membershipKey(userId, conversation);
      const { Item } = await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }));
      return Item && { seqs: unpackNumbers(Item.mentions), read: Item.readSeq ?? 0 };
    },

    async note(userId, conversation, seqs) {
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: membershipKey(userId, conversation),
            UpdateExpression: 'SET mentions = :seqs',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':seqs': packNumbers(seqs) },
          }),
        ),
      );
    },

    async top(userId) {
      // One position is far below the 1 MB at which DynamoDB ends a Query.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': userPartition(userId), ':prefix': INBOX_PREFIX },
          ScanIndexForward: false,
          Limit: 1,
        }),
      );
      return Items[0] && toInboxPosition(Items[0]);
    },

    async positionOf(userId, conversation) {
      const Key = membershipKey(userId, conversation);
      const { Item } = await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }));
      return Item?.topAt === undefined ? undefined : { conversation, topAt: Item.topAt };
    },

    async moveToTop(userId, { conversation, topAt }, peer, left) {
      // First the new position, then the membership that names it, then the positions left. A crash in between leaves at worst a
      // position that no membership names, and readers skip that.
      await client.send(
        new PutCommand({ TableName: name, Item: inboxPositionKey(userId, topAt, conversation) }),
      );
      const isNamed = await namePosition(userId, conversation, topAt, peer);
      for (const position of isNamed ? left : [{ topAt }]) {
        await client.send(
          new DeleteCommand({ TableName: name, Key: inboxPositionKey(userId, position.topAt, conversation) }),
        );
      }
    },
  };
}
