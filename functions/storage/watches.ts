import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { CONNECTION_SECONDS } from '../core/connections/connection.ts';
import { Unavailable } from '../core/errors.ts';
import type { Watcher, WatchStore } from '../core/presence/presence.ts';
import { watchKey, watchListKey, watchPartition } from './keys.ts';
import type { Table } from './table.ts';
import { toEpochSeconds } from './table.ts';

/** The limit of BatchWriteItem. */
const MAX_WRITES = 25;
const MAX_ROUNDS = 5;

type Write =
  | { PutRequest: { Item: Record<string, unknown> } }
  | { DeleteRequest: { Key: Record<string, unknown> } };

/**
 * The watchers of each user: a row in the partition of the watched user. The device's whole list is stored in its user's
 * partition, so that its rows can be found again. All expire with the longest life of a socket.
 */
export function watchStore({ client, name, backoff }: Table): WatchStore {
  async function write(writes: readonly Write[]): Promise<void> {
    for (let i = 0; i < writes.length; i += MAX_WRITES) {
      let left: readonly Write[] = writes.slice(i, i + MAX_WRITES);
      for (let round = 0; left.length > 0; round += 1) {
        if (round === MAX_ROUNDS) throw new Unavailable();
        if (round > 0) await backoff(round - 1);
        const { UnprocessedItems } = await client.send(
          new BatchWriteCommand({ RequestItems: { [name]: [...left] } }),
        );
        left = (UnprocessedItems?.[name] ?? []) as Write[];
      }
    }
  }

  async function listOf(watcher: Watcher): Promise<readonly string[]> {
    const { Item } = await client.send(
      new GetCommand({ TableName: name, Key: watchListKey(watcher), ConsistentRead: true }),
    );
    return (Item?.users as string[] | undefined) ?? [];
  }

  const remove = (userId: string, watcher: Watcher): Write => ({
    DeleteRequest: { Key: { ...watchKey(userId, watcher) } },
  });

  return {
    async watchersOf(userId, now) {
      const pages = paginateQuery(
        { client },
        {
          TableName: name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': watchPartition(userId) },
        },
      );
      const items = (await Array.fromAsync(pages)).flatMap((page) => page.Items ?? []);
      return items.filter(({ ttl }) => ttl > toEpochSeconds(now)).map(({ sk }) => toWatcher(sk));
    },

    async watch(watcher, userIds, now) {
      const former = await listOf(watcher);
      const ttl = toEpochSeconds(now) + CONNECTION_SECONDS;
      // The list is written first: rows that it does not name would never be deleted.
      await client.send(
        new PutCommand({
          TableName: name,
          Item: { ...watchListKey(watcher), users: [...new Set([...former, ...userIds])], ttl },
        }),
      );
      await write([
        ...former.filter((userId) => !userIds.includes(userId)).map((userId) => remove(userId, watcher)),
        ...userIds.map((userId) => ({ PutRequest: { Item: { ...watchKey(userId, watcher), ttl } } })),
      ]);
      if (former.some((userId) => !userIds.includes(userId))) {
        await client.send(
          new PutCommand({ TableName: name, Item: { ...watchListKey(watcher), users: userIds, ttl } }),
        );
      }
    },

    async unwatch(watcher) {
      const users = await listOf(watcher);
      if (users.length === 0) return;
      await write(users.map((userId) => remove(userId, watcher)));
      await client.send(new DeleteCommand({ TableName: name, Key: watchListKey(watcher) }));
    },
  };
}

function toWatcher(sk: string): Watcher {
  const [userId = '', connectionId = ''] = sk.split('#');
  return { userId, connectionId };
}
