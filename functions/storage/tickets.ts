import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Ticket, TicketStore } from '../core/connections/ticket.ts';
import { ticketKey } from './keys.ts';
import { fromEpochSeconds, type Item, type Table, TTL, toEpochSeconds, updateIf } from './table.ts';

export function ticketStore(table: Table): TicketStore {
  const { client, name } = table;
  return {
    async keep(hash, { userId, username, sessionId, expiresAt }, validUntil) {
      const ttl = toEpochSeconds(validUntil);
      const Item = { ...ticketKey(hash), userId, username, sessionId, until: toEpochSeconds(expiresAt), ttl };
      await client.send(new PutCommand({ TableName: name, Item }));
    },

    async spend(hash, spender, now) {
      const { isDone, stored } = await updateIf(table, ticketKey(hash), {
        UpdateExpression: 'SET spender = :spender',
        // DynamoDB deletes expired items late.
        ConditionExpression: '#ttl > :now AND attribute_not_exists(spender)',
        ExpressionAttributeNames: TTL,
        ExpressionAttributeValues: { ':spender': spender, ':now': toEpochSeconds(now) },
        ReturnValues: 'ALL_NEW',
      });
      // The answer to a try was lost, and the SDK tried again.
      return isDone || stored.spender === spender ? toTicket(stored) : undefined;
    },
  };
}

function toTicket({ userId, username, sessionId, until }: Item): Ticket {
  return { userId, username, sessionId, expiresAt: fromEpochSeconds(until as number) } as Ticket;
}
