import { PutCommand, paginateQuery, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Conversation } from '../core/conversations/conversation.ts';
import type { MessageHistory, MessageLog } from '../core/messages/message.ts';
import type { Ahead } from '../core/sync/catch-up.ts';
import { conversationPartition, LAST_MESSAGE_SK, messageKey, messageSk } from './keys.ts';
import { fromLogEntry, toLogEntry } from './log-entry.ts';
import { batchGet, isWritten, type Table } from './table.ts';

/** The log of each conversation: one item a message, with its `seq` in the sort key. Every read is strongly consistent. */
export function messageStore(table: Table): MessageLog & MessageHistory & Ahead {
  const { client, name } = table;

  const between = ({ id }: Conversation, low: string, high: string): QueryCommandInput => ({
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pk': conversationPartition(id), ':low': low, ':high': high },
  });

  return {
    async last(conversation) {
      const query = between(conversation, messageSk(1), LAST_MESSAGE_SK);
      const { Items = [] } = await client.send(
        new QueryCommand({ ...query, ScanIndexForward: false, Limit: 1 }),
      );
      return Items[0] && toLogEntry(conversation, Items[0]);
    },

    async at(conversation, seqs) {
      const keys = seqs.map((seq) => messageKey(conversation.id, seq));
      const items = await batchGet(table, keys, { consistent: true });
      return items.flatMap((item) => (item ? toLogEntry(conversation, item) : []));
    },

    async since(conversation, from, limit) {
      const query = between(conversation, messageSk(from), LAST_MESSAGE_SK);
      const { Items = [], LastEvaluatedKey } = await client.send(
        // One more tells whether the log goes on: DynamoDB returns a last key whenever it stops at a limit.
        new QueryCommand({ ...query, Limit: limit + 1 }),
      );
      const isCut = Items.length > limit || LastEvaluatedKey !== undefined;
      return { messages: Items.slice(0, limit).map((item) => toLogEntry(conversation, item)), isCut };
    },

    async range(conversation, lowest, highest) {
      const query = between(conversation, messageSk(lowest), messageSk(highest));
      const pages = await Array.fromAsync(paginateQuery({ client }, { ...query, ScanIndexForward: false }));
      return pages.flatMap((page) => page.Items ?? []).map((item) => toLogEntry(conversation, item));
    },

    async ahead(held) {
      const keys = held.map(({ conversation, seq }) => messageKey(conversation.id, seq + 1));
      const next = await batchGet(table, keys, { consistent: true });
      return new Set(held.filter((_, i) => next[i]).map(({ conversation }) => conversation.id));
    },

    append: (conversation, entry) =>
      isWritten(
        client.send(
          new PutCommand({
            TableName: name,
            Item: fromLogEntry(conversation, entry),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      ),
  };
}
