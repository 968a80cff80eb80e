import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, paginateQuery, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Message } from '../core/messages/message.ts';
import type { MessageHistory, MessageLog } from '../core/messages/ports.ts';
import { conversationPartition, LAST_MESSAGE_SK, messageKey, messageSk } from './keys.ts';
import type { Table } from './table.ts';

/** How far back a retry is looked for, where one read's 1 MB does not end sooner. */
const TAIL_LIMIT = 500;

/** The log of each conversation: one item a message, its `seq` in the sort key. Every read is strongly consistent. */
export function messageStore({ client, name }: Table): MessageLog & MessageHistory {
  const between = (conversation: string, low: string, high: string): QueryCommandInput => ({
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pk': conversationPartition(conversation), ':low': low, ':high': high },
  });

  async function all(query: QueryCommandInput): Promise<Message[]> {
    const pages = await Array.fromAsync(paginateQuery({ client }, query));
    return pages.flatMap((page) => page.Items ?? []).map((item) => toMessage(item));
  }

  return {
    async last(conversation) {
      const query = between(conversation, messageSk(1), LAST_MESSAGE_SK);
      const { Items } = await client.send(new QueryCommand({ ...query, ScanIndexForward: false, Limit: 1 }));
      return Items?.[0] && toMessage(Items[0]);
    },

    async since(conversation, from) {
      const query = between(conversation, messageSk(from), LAST_MESSAGE_SK);
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({ ...query, Limit: TAIL_LIMIT }),
      );
      return { messages: Items.map(toMessage), isCut: LastEvaluatedKey !== undefined };
    },

    range: (conversation, lowest, highest) =>
      all({ ...between(conversation, messageSk(lowest), messageSk(highest)), ScanIndexForward: false }),

    async append(message) {
      const { conversation, seq, ...rest } = message;
      try {
        await client.send(
          new PutCommand({
            TableName: name,
            Item: { ...messageKey(conversation, seq), ...rest },
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

function toMessage(item: Record<string, unknown>): Message {
  const { id, senderId, text, clientId, createdAt } = item as unknown as Message;
  // Both are in the key already; stored twice they would only cost bytes.
  const conversation = (item.pk as string).slice(conversationPartition('').length);
  const seq = Number((item.sk as string).replace(/^\D+/, ''));
  return { id, conversation, seq, senderId, text, ...(clientId !== undefined && { clientId }), createdAt };
}
