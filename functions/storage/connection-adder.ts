import {
  CONNECTION_SECONDS,
  type Connection,
  type ConnectionAdder,
  isWithinLife,
} from '../core/connections/connection.ts';
import { Busy } from '../core/errors.ts';
import { isDeleted } from './accounts.ts';
import { attributeOf, connectionsIn, isIn, toEntry } from './connections.ts';
import { socketsKey } from './keys.ts';
import { type Item, type Table, TTL, toEpochSeconds, updateIf } from './table.ts';

/** The sockets that must leave the list, so that one more fits. */
interface Room {
  readonly ended: readonly Connection[];
  readonly replaced: readonly Connection[];
}

/** When many sockets of an account open at once, each round lets at least one of them in. */
const MAX_ROUNDS = 40;

/** @param limit the number of open sockets that an account can have */
export function connectionAdder(table: Table, limit: number): ConnectionAdder {
  return {
    async add(connection, now) {
      const { userId, connectionId } = connection;
      let room: Room = { ended: [], replaced: [] };
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        if (round > 1) await table.backoff(round - 2);
        const { isDone, stored } = await updateIf(
          table,
          socketsKey(userId),
          addition(connection, now, room, limit),
        );
        // The SDK repeats a write whose answer was lost. Then the socket is in the list already.
        if (isDone || isIn('open', stored, connectionId)) return 'added';
        if (isDeleted(stored)) return 'deleted';
        if (isIn('closing', stored, connectionId)) return 'full';
        room = roomFor(connection, stored, now, limit);
        if (room.replaced.includes(connection)) return 'full';
        const isClosingTooMany = connectionsIn('closing', userId, stored).length >= limit;
        if (isClosingTooMany && room.replaced.length > 0) throw new Busy();
      }
      throw new Busy();
    },
  };
}

/** The oldest sockets are replaced, perhaps the added one itself. */
function roomFor(added: Connection, item: Item, now: Date, limit: number): Room {
  const open = connectionsIn('open', added.userId, item);
  // Of the same age, the added one stays.
  const byAge = [...open.filter((one) => isWithinLife(one, now)), added].toSorted(
    (a, b) => a.connectedAt.getTime() - b.connectedAt.getTime(),
  );
  return {
    ended: open.filter((one) => !isWithinLife(one, now)),
    replaced: byAge.slice(0, Math.max(0, byAge.length - limit)),
  };
}

/**
 * The write that adds a socket. If nothing leaves the list, its condition is the limit. Otherwise its condition is that all that
 * leave are still there: then the list does not grow.
 */
function addition(connection: Connection, now: Date, { ended, replaced }: Room, limit: number) {
  const { connectionId } = connection;
  const leaving = [...ended, ...replaced];
  const left = leaving.map((_, i) => `#left${i}`);
  const set = ['#added = :added', '#ttl = :ttl', ...replaced.map((_, i) => `#closing${i} = :closing${i}`)];
  const hasRoom =
    leaving.length === 0
      ? ['(attribute_not_exists(#count) OR #count < :limit)']
      : left.map((name) => `attribute_exists(${name})`);
  return {
    UpdateExpression: [
      `SET ${set.join(', ')}`,
      ...(leaving.length > 0 ? [`REMOVE ${left.join(', ')}`] : []),
      'ADD #count :more',
    ].join(' '),
    ConditionExpression: [
      'attribute_not_exists(#added)',
      'attribute_not_exists(#mark)',
      'attribute_not_exists(deletedAt)',
      ...hasRoom,
    ].join(' AND '),
    ExpressionAttributeNames: {
      '#added': attributeOf('open', connectionId),
      '#mark': attributeOf('closing', connectionId),
      '#count': 'count',
      ...TTL,
      ...named('#left', leaving, (one) => attributeOf('open', one.connectionId)),
      ...named('#closing', replaced, (one) => attributeOf('closing', one.connectionId)),
    },
    ExpressionAttributeValues: {
      ':added': toEntry(connection),
      // No socket of the list lives longer.
      ':ttl': toEpochSeconds(now) + CONNECTION_SECONDS,
      ':more': 1 - leaving.length,
      ...(leaving.length === 0 && { ':limit': limit }),
      ...named(':closing', replaced, toEntry),
    },
  };
}

function named<T>(prefix: string, connections: readonly Connection[], value: (one: Connection) => T) {
  return Object.fromEntries(connections.map((one, i) => [`${prefix}${i}`, value(one)]));
}
