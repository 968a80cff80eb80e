import { PutCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Conversation } from '../core/conversations/conversation.ts';
import type { ChangeLog } from '../core/messages/change.ts';
import type { MessageHistory, MessageLog } from '../core/messages/message.ts';
import type { Ahead, Held } from '../core/sync/catch-up.ts';
import {
  changeKey,
  changeOf,
  changeSk,
  conversationPartition,
  LAST_CHANGE_SK,
  LAST_MESSAGE_SK,
  LAST_SEAL_SK,
  messageKey,
  messageSk,
  SEAL_PREFIX,
} from './keys.ts';
import { fromChanged, fromCustom, fromLogEntry, type Item, toLogEntry } from './log-entry.ts';
import { batchGet, isWritten, setting, type Table, tryTransact } from './table.ts';

const CHANGES = { ':low': changeSk(1), ':high': LAST_CHANGE_SK };

const NEWEST_FIRST = { ScanIndexForward: false };

/** The log of each conversation: one item a message, with its `seq` in the sort key. Every read is strongly consistent. */
export function messageStore(table: Table): MessageLog & MessageHistory & ChangeLog & Ahead {
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
      // A block seals only pairs, and the roster of a group sorts between its messages and where seals are.
      if (conversation.kind === 'group') return { last: await last(conversation), isSealed: false };
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
      const items = await query(between(conversation, conversation.from, to), limit, NEWEST_FIRST);
      return items.map((item) => toLogEntry(conversation, item));
    },

    async ahead({ messages, changes }) {
      const keys = [
        ...messages.map(({ id, seq }) => messageKey(id, seq + 1)),
        ...changes.map(({ id, change }) => changeKey(id, change + 1)),
      ];
      const next = await batchGet(table, keys, { consistent: true });
      const idsOf = (held: readonly Held[], from: number) =>
        new Set(held.filter((_, i) => next[from + i]).map(({ id }) => id));
      return { messages: idsOf(messages, 0), changes: idsOf(changes, messages.length) };
    },

    async lastChange({ id }) {
      const range = { ':pk': conversationPartition(id), ...CHANGES };
      const [newest] = await query(range, 1, NEWEST_FIRST);
      return newest ? changeOf(newest.sk as string) : 0;
    },

    async changesFrom({ id }, change, limit) {
      const range = { ':pk': conversationPartition(id), ...CHANGES, ':low': changeSk(change) };
      const items = await query(range, limit);
      return items.map(({ sk, seq }) => ({ change: changeOf(sk as string), seq: seq as number }));
    },

    async change(conversation, entry, former) {
      const { text, changed, custom, told } = entry;
      const { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues } = setting({
        text,
        changed: changed && fromChanged(conversation, changed),
        ...(custom && { custom: fromCustom(custom) }),
        ...(told && { told }),
      });
      const left = (['mentions', 'custom', 'told'] as const).filter((one) => former[one] && !entry[one]);
      const forgotten = left.length > 0 ? ` REMOVE ${left.join(', ')}` : '';
      const change = changed?.change ?? 0;
      const failed = await tryTransact(client, [
        {
          Update: {
            TableName: name,
            Key: messageKey(conversation.id, entry.seq),
            UpdateExpression: `${UpdateExpression}${forgotten}`,
            ConditionExpression: former.changed
              ? '#changed.#change = :former'
              : 'attribute_exists(pk) AND attribute_not_exists(#changed)',
            ExpressionAttributeNames: {
              ...ExpressionAttributeNames,
              ...(former.changed && { '#change': 'change' }),
            },
            ExpressionAttributeValues: {
              ...ExpressionAttributeValues,
              ...(former.changed && { ':former': former.changed.change }),
            },
          },
        },
        {
          Put: {
            TableName: name,
            Item: { ...changeKey(conversation.id, change), seq: entry.seq },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
      ]);
      return failed !== 'busy' && failed.length === 0;
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
