import { DeleteCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { ConnectionStore } from '../core/connections/connection.ts';
import { CONNECTION_SECONDS, type Connection } from '../core/connections/connection.ts';
import { CONNECTION_PREFIX, connectionKey, userPartition } from './keys.ts';
import type { Table } from './table.ts';
import { toEpochSeconds } from './table.ts';

export function connectionStore({ client, name }: Table): ConnectionStore {
  async function query(userId: string, now: Date, ConsistentRead: boolean): Promise<Connection[]> {
    const pages = paginateQuery(
      { client },
      {
        TableName: name,
        ConsistentRead,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': userPartition(userId), ':prefix': CONNECTION_PREFIX },
      },
    );
    const items = (await Array.fromAsync(pages)).flatMap((page) => page.Items ?? []);
    // TTL deletes up to days late, so the reader decides what has expired.
    return items
      .filter((item) => item.ttl > toEpochSeconds(now))
      .map((item) => toConnection(item as ConnectionItem));
  }

  return {
    async put({ connectedAt, ...connection }) {
      const key = connectionKey(connection.userId, connection.connectionId);
      const ttl = toEpochSeconds(connectedAt) + CONNECTION_SECONDS;
      await client.send(
        new PutCommand({
          TableName: name,
          Item: { ...key, ...connection, connectedAt: connectedAt.toISOString(), ttl },
        }),
      );
    },
    of: (userId, now) => query(userId, now, false),
    ofNow: (userId, now) => query(userId, now, true),
    async remove(userId, connectionId) {
      await client.send(new DeleteCommand({ TableName: name, Key: connectionKey(userId, connectionId) }));
    },
  };
}

type ConnectionItem = Omit<Connection, 'connectedAt'> & { readonly connectedAt: string };

function toConnection({
  connectionId,
  userId,
  sessionId,
  conversation,
  connectedAt,
}: ConnectionItem): Connection {
  return { connectionId, userId, sessionId, conversation, connectedAt: new Date(connectedAt) };
}
