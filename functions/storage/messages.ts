import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, paginateQuery, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { LogEntry, MessageHistory, MessageLog } from '../core/messages/message.ts';
import type { Ahead } from '../core/sync/catch-up.ts';
import { conversationPartition, LAST_MESSAGE_SK, messageKey, messageSk } from './keys.ts';
import { fromLogEntry, toLogEntry } from './log-entry.ts';
import type { Table } from './table.ts';
import { batchGet } from './table.ts';

/** The log of each conversation: one item a message, its `seq` in the sort key. Every read is strongly consistent. */
export function messageStore(table: Table): MessageLog & MessageHistory & Ahead {
  const { client, name } = table;

  const between = (conversation: string, low: string, high: string): QueryCommandInput => ({
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pk': conversationPartition(conversation), ':low': low, ':high': high },
  });

  async function all(query: QueryCommandInput): Promise<LogEntry[]> {
    const pages = await Array.fromAsync(paginateQuery({ client }, query));
    return pages.flatMap((page) => page.Items ?? []).map(toLogEntry);
  }

  return {
    async last(conversation) {
      const query = between(conversation, messageSk(1), LAST_MESSAGE_SK);
      const { Items = [] } = await client.send(
        new QueryCommand({ ...query, ScanIndexForward: false, Limit: 1 }),
      );
      return Items[0] && toLogEntry(Items[0]);
    },

    async at(conversation, seqs) {
      const keys = seqs.map((seq) => messageKey(conversation, seq));
      const items = await batchGet(table, keys, { consistent: true });
      return items.flatMap((item) => (item ? toLogEntry(item) : []));
    },

    async since(conversation, from, limit) {
      const query = between(conversation, messageSk(from), LAST_MESSAGE_SK);
      const { Items = [], LastEvaluatedKey } = await client.send(
        // One more tells whether the log goes on: DynamoDB names a last key whenever it stops at a limit.
        new QueryCommand({ ...query, Limit: limit + 1 }),
      );
      const isCut = Items.length > limit || LastEvaluatedKey !== undefined;
      return { messages: Items.slice(0, limit).map(toLogEntry), isCut };
    },

    range: (conversation, lowest, highest) =>
      all({ ...between(conversation, messageSk(lowest), messageSk(highest)), ScanIndexForward: false }),

    async ahead(held) {
      const keys = held.map(({ conversation, seq }) => messageKey(conversation, seq + 1));
      const next = await batchGet(table, keys, { consistent: true });
      return new Set(held.filter((_, i) => next[i]).map(({ conversation }) => conversation));
    },

    async append(entry) {
      try {
        await client.send(
          new PutCommand({
            TableName: name,
            Item: fromLogEntry(entry),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
