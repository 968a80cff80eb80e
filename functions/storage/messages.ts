import { PutCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Conversation } from '../core/conversations/conversation.ts';
import type { MessageHistory, MessageLog } from '../core/messages/message.ts';
import type { Ahead } from '../core/sync/catch-up.ts';
import {
  conversationPartition,
  LAST_MESSAGE_SK,
  LAST_SEAL_SK,
  messageKey,
  messageSk,
  SEAL_PREFIX,
} from './keys.ts';
import { fromLogEntry, type Item, toLogEntry } from './log-entry.ts';
import { batchGet, isWritten, type Table } from './table.ts';

const NEWEST_FIRST = { ScanIndexForward: false };

/** The log of each conversation: one item a message, with its `seq` in the sort key. Every read is strongly consistent. */
export function messageStore(table: Table): MessageLog & MessageHistory & Ahead {
  const { client, name } = table;

  const between = ({ id }: Conversation, low: number, high?: number) => ({
    ':pk': conversationPartition(id),
    ':low': messageSk(low),
    ':high': high === undefined ? LAST_MESSAGE_SK : messageSk(high),
  });

  /** The first items, which are one Query: only one that meets DynamoDB's limit of 1 MB is continued. */
  async function query(
    values: Item,
    limit: number,
    order: Pick<QueryCommandInput, 'ScanIndexForward'> = {},
  ): Promise<readonly Item[]> {
    const found: Item[] = [];
    let behind: QueryCommandInput['ExclusiveStartKey'];
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: values,
          Limit: limit - found.length,
          ...(behind && { ExclusiveStartKey: behind }),
          ...order,
        }),
      );
      found.push(...Items);
      behind = LastEvaluatedKey;
    } while (behind && found.length < limit);
    return found;
  }

  async function last(conversation: Conversation) {
    const [newest] = await query(between(conversation, 1), 1, NEWEST_FIRST);
    return newest && toLogEntry(conversation, newest);
  }

  return {
    last,

    async end(conversation) {
      const range = { ...between(conversation, 1), ':high': LAST_SEAL_SK };
      const [newest] = await query(range, 1, NEWEST_FIRST);
      if (!newest) return { last: undefined, isSealed: false };
      const isSealed = (newest.sk as string).startsWith(SEAL_PREFIX);
      return { last: isSealed ? await last(conversation) : toLogEntry(conversation, newest), isSealed };
    },

    async at(conversation, seqs) {
      const keys = seqs.map((seq) => messageKey(conversation.id, seq));
      const items = await batchGet(table, keys, { consistent: true });
      return items.flatMap((item) => (item ? toLogEntry(conversation, item) : []));
    },

    async since(conversation, from, limit) {
      const items = await query(between(conversation, from), limit);
      return items.map((item) => toLogEntry(conversation, item));
    },

    async upTo(conversation, to, limit) {
      const items = await query(between(conversation, 1, to), limit, NEWEST_FIRST);
      return items.map((item) => toLogEntry(conversation, item));
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
