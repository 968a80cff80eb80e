import { GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  type Connection,
  type ConnectionStore,
  isWithinLife,
  OF_DELETED_ACCOUNT,
} from '../core/connections/connection.ts';
import { isDeleted } from './accounts.ts';
import { socketsKey } from './keys.ts';
import { batchGet, fromEpochSeconds, type Item, type Table, toEpochSeconds, updateIf } from './table.ts';

/**
 * All sockets of an account are one item, so that one read finds those of all members. Each open socket is an attribute
 * `open#<connection id>`, and `count` is their number: the limit is a condition of the write that adds one. A socket that a newer
 * one replaced is `closing#<connection id>` until the stream's function has closed it.
 */
const PREFIX = { open: 'open#', closing: 'closing#' } as const;

export type List = keyof typeof PREFIX;

export const attributeOf = (list: List, connectionId: string): string => PREFIX[list] + connectionId;

export const isIn = (list: List, item: Item, connectionId: string): boolean =>
  item[attributeOf(list, connectionId)] !== undefined;

/** The value of an attribute. Each write is billed by the size of the whole item, so it is short. */
interface Entry {
  readonly session: string;
  /** Absent for a device. */
  readonly conversation?: string;
  /** When the socket opened, in milliseconds since 1970. */
  readonly since: number;
  /** When its newest access token expires, in seconds since 1970. Absent in an entry from before this was stored. */
  readonly until?: number;
}

export function toEntry({ sessionId, conversation, connectedAt, expiresAt }: Connection): Entry {
  const [since, until] = [connectedAt.getTime(), toEpochSeconds(expiresAt)];
  return { session: sessionId, ...(conversation && { conversation }), since, until };
}

export function connectionsIn(list: List, userId: string, item: Item): readonly Connection[] {
  const prefix = PREFIX[list];
  return Object.entries(item)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, entry]) => {
      // Without a known end it counts as over: its client comes back with its token.
      const { session, conversation = '', since, until = 0 } = entry as Entry;
      const connectionId = name.slice(prefix.length);
      const connectedAt = new Date(since);
      const expiresAt = fromEpochSeconds(until);
      return { connectionId, userId, sessionId: session, conversation, connectedAt, expiresAt };
    });
}

export function connectionStore(table: Table): ConnectionStore {
  const { client, name } = table;

  async function itemOf(userId: string): Promise<Item> {
    const { Item } = await client.send(
      new GetCommand({ TableName: name, Key: socketsKey(userId), ConsistentRead: true }),
    );
    return Item ?? {};
  }

  const openIn = (userId: string, item: Item, now: Date) =>
    connectionsIn('open', userId, item).filter((one) => isWithinLife(one, now));

  /** @returns the item as it is, if the socket is not open in it */
  const removeOpen = (userId: string, socket: string) =>
    updateIf(table, socketsKey(userId), {
      UpdateExpression: 'REMOVE #socket ADD #count :less',
      ConditionExpression: 'attribute_exists(#socket)',
      ExpressionAttributeNames: { '#socket': socket, '#count': 'count' },
      ExpressionAttributeValues: { ':less': -1 },
    });

  const removeClosing = (userId: string, socket: string) =>
    updateIf(table, socketsKey(userId), {
      UpdateExpression: 'REMOVE #socket',
      ConditionExpression: 'attribute_exists(#socket)',
      ExpressionAttributeNames: { '#socket': socket },
    });

  return {
    async of(userIds, now) {
      const items = await batchGet(table, userIds.map(socketsKey), { consistent: false });
      return userIds.map((userId, i) => {
        const item = items[i] ?? {};
        return isDeleted(item) ? OF_DELETED_ACCOUNT : openIn(userId, item, now);
      });
    },

    async ofNow(userId, now) {
      return openIn(userId, await itemOf(userId), now);
    },

    async isListed(userId, connectionId) {
      const item = await itemOf(userId);
      return isIn('open', item, connectionId) || isIn('closing', item, connectionId);
    },

    async remove(userId, connectionId) {
      const { isDone, stored } = await removeOpen(userId, attributeOf('open', connectionId));
      if (isDone || !isIn('closing', stored, connectionId)) return;
      await removeClosing(userId, attributeOf('closing', connectionId));
    },

    async renew(userId, connectionId, expiresAt) {
      const { isDone, stored } = await updateIf(table, socketsKey(userId), {
        UpdateExpression: 'SET #socket.#until = :until',
        ConditionExpression: 'attribute_exists(#socket) AND #socket.#until < :until',
        ExpressionAttributeNames: { '#socket': attributeOf('open', connectionId), '#until': 'until' },
        ExpressionAttributeValues: { ':until': toEpochSeconds(expiresAt) },
      });
      if (isDone) return expiresAt;
      return connectionsIn('open', userId, stored).find((one) => one.connectionId === connectionId)
        ?.expiresAt;
    },
  };
}
