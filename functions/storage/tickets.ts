import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Ticket, TicketStore } from '../core/connections/ticket.ts';
import { ticketKey } from './keys.ts';
import { fromEpochSeconds, type Item, type Table, toEpochSeconds } from './table.ts';

export function ticketStore({ client, name }: Table): TicketStore {
  return {
    async keep(hash, { userId, username, sessionId, expiresAt }, validUntil) {
      const ttl = toEpochSeconds(validUntil);
      const Item = { ...ticketKey(hash), userId, username, sessionId, until: toEpochSeconds(expiresAt), ttl };
      await client.send(new PutCommand({ TableName: name, Item }));
    },

    async spend(hash, spender, now) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: name,
            Key: ticketKey(hash),
            UpdateExpression: 'SET spender = :spender',
            // DynamoDB deletes expired items late.
            ConditionExpression: '#ttl > :now AND attribute_not_exists(spender)',
            ExpressionAttributeNames: { '#ttl': 'ttl' },
            ExpressionAttributeValues: { ':spender': spender, ':now': toEpochSeconds(now) },
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return toTicket(Attributes ?? {});
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The answer to a try was lost, and the SDK tried again.
        const isOwn = error.Item?.spender?.S === spender;
        return error.Item && isOwn ? toTicket(unmarshall(error.Item)) : undefined;
      }
    },
  };
}

function toTicket({ userId, username, sessionId, until }: Item): Ticket {
  return { userId, username, sessionId, expiresAt: fromEpochSeconds(until as number) } as Ticket;
}
