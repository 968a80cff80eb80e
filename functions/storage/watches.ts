import { BatchWriteCommand, DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { CONNECTION_SECONDS } from '../core/connections/connection.ts';
import { Unavailable } from '../core/errors.ts';
import type { WatchList, WatchStore } from '../core/presence/presence.ts';
import {
  userPartition,
  WATCH_LIST_PREFIX,
  watchedKey,
  watcherKey,
  watchListKey,
  watchPartition,
} from './keys.ts';
import { liveItems } from './live-items.ts';
import { type Known, packIds, packKnown, unpackIds, unpackKnown } from './packed-ids.ts';
import type { Item, Table } from './table.ts';
import { toEpochSeconds } from './table.ts';

/** The limit of BatchWriteItem. */
const MAX_WRITES = 25;
const MAX_ROUNDS = 5;

/** A row lives two lives of a socket, so a device that watches the same users again within the first one writes none. */
const ROW_SECONDS = 2 * CONNECTION_SECONDS;

/** So many rows of an account are remembered. With 96, the item that remembers them stays within 2 KB. */
const MAX_KNOWN = 96;

interface Write {
  readonly PutRequest: { readonly Item: Record<string, unknown> };
}

/**
 * A row in the partition of a watched user says that an account watches them; each device has a list of its own in the partition
 * of its user. A row is never deleted: it expires, and until then the lists tell which devices still watch. So a new list costs
 * one write, and one more for each user whom no device of the account has watched lately.
 */
export function watchStore(table: Table): WatchStore {
  const { client, name, backoff } = table;

  async function write(writes: readonly Write[]): Promise<void> {
    for (let i = 0; i < writes.length; i += MAX_WRITES) {
      let left = writes.slice(i, i + MAX_WRITES);
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

  async function listsOf(userId: string, now: Date): Promise<readonly WatchList[]> {
    const lists = await liveItems(table, { pk: userPartition(userId), prefix: WATCH_LIST_PREFIX }, now);
    return lists.map(({ sk, users }) => ({
      watcher: { userId, connectionId: (sk as string).slice(WATCH_LIST_PREFIX.length) },
      userIds: unpackIds(users),
    }));
  }

  const put = (item: Item) => client.send(new PutCommand({ TableName: name, Item: { ...item } }));

  return {
    async watchersOf(userId, now) {
      const rows = await liveItems(table, { pk: watchPartition(userId) }, now);
      const lists = await Promise.all(rows.map(({ sk }) => listsOf(sk as string, now)));
      return lists
        .flat()
        .filter(({ userIds }) => userIds.includes(userId))
        .map(({ watcher }) => watcher);
    },

    listsOf,

    async watch(watcher, userIds, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: watchedKey(watcher.userId) }),
      );
      const known = unpackKnown(Item?.rows);
      const ends = toEpochSeconds(now) + CONNECTION_SECONDS;
      const ttl = toEpochSeconds(now) + ROW_SECONDS;
      const unknown = userIds.filter((userId) => (known.get(userId) ?? 0) < ends);
      await put({ ...watchListKey(watcher), users: packIds(userIds), ttl: ends });
      if (unknown.length === 0) return;
      await write(
        unknown.map((userId) => ({ PutRequest: { Item: { ...watcherKey(userId, watcher.userId), ttl } } })),
      );
      // Only now are they there. Another device may overwrite this at the same moment: then some rows are written once more.
      const rows = latest(known, unknown, ttl);
      await put({ ...watchedKey(watcher.userId), rows: packKnown(rows), ttl });
    },

    async unwatch(watcher) {
      const list = { TableName: name, Key: watchListKey(watcher) };
      // A deletion is billed like a write, also of what is not there.
      const { Item } = await client.send(new GetCommand({ ...list, ConsistentRead: true }));
      if (Item) await client.send(new DeleteCommand(list));
    },
  };
}

/** The rows that live longest. */
function latest(known: Known, written: readonly string[], ttl: number): Known {
  const all = new Map([...known, ...written.map((userId) => [userId, ttl] as const)]);
  return new Map([...all].toSorted(([, a], [, b]) => b - a).slice(0, MAX_KNOWN));
}
