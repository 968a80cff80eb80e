import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SessionCheck } from '../core/connections/connection.ts';
import type {
  LiveSession,
  PublicKey,
  PublicKeyReader,
  PublicKeyWriter,
  SessionList,
  SessionStore,
} from '../core/sessions/session.ts';
import { PUBLIC_KEYS_KEY, SESSION_PREFIX, sessionKey, userPartition } from './keys.ts';
import { liveItems } from './live-items.ts';
import { type Item, isWritten, type Table, TTL, toEpochSeconds } from './table.ts';

export function sessionStore({ client, name }: Table): SessionStore {
  return {
    async create({ expiresAt, ...session }) {
      const key = sessionKey(session.userId, session.id);
      await client.send(
        new PutCommand({
          TableName: name,
          Item: { ...key, ...session, ttl: toEpochSeconds(expiresAt) },
        }),
      );
    },

    async rotate(claim, next, now) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: name,
            Key: sessionKey(claim.userId, claim.sessionId),
            UpdateExpression:
              'SET rotationHash = :next, replacedHash = :rotation, salt = :salt, rotatedAt = :at, #ttl = :ttl, device = :device, address = :address',
            ConditionExpression:
              'familyHash = :family AND rotationHash = :rotation AND #ttl > :now AND createdAt >= :born',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: {
              ':family': claim.familyHash,
              ':rotation': claim.rotationHash,
              ':next': next.rotationHash,
              ':salt': next.salt,
              ':at': now.toISOString(),
              ':device': next.device,
              ':address': next.address,
              ':ttl': toEpochSeconds(next.expiresAt),
              ':now': toEpochSeconds(now),
              ':born': next.bornSince.toISOString(),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return 'rotated';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The exception has the item in DynamoDB's own notation.
        const { familyHash, replacedHash, salt, rotatedAt, createdAt, ttl } = error.Item ?? {};
        const isLive = Number(ttl?.N ?? 0) > toEpochSeconds(now);
        const isTooOld = (createdAt?.S ?? '') < next.bornSince.toISOString();
        if (!isLive || isTooOld || familyHash?.S !== claim.familyHash) return 'unknown';
        return { replacedHash: replacedHash?.S, salt: salt?.S ?? '', at: new Date(rotatedAt?.S ?? 0) };
      }
    },

    end: (claim) =>
      isWritten(
        client.send(
          new DeleteCommand({
            TableName: name,
            Key: sessionKey(claim.userId, claim.sessionId),
            ConditionExpression: 'familyHash = :family',
            ExpressionAttributeValues: { ':family': claim.familyHash },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
        (stored) => stored === undefined,
      ),
  };
}

export function sessionList(table: Table): SessionList {
  const { client, name } = table;
  return {
    async of(userId, now) {
      const place = { pk: userPartition(userId), prefix: SESSION_PREFIX, consistent: true };
      return (await liveItems(table, place, now)).map(toLiveSession);
    },

    remove: (userId, sessionId, now) =>
      isWritten(
        client.send(
          new DeleteCommand({
            TableName: name,
            Key: sessionKey(userId, sessionId),
            // DynamoDB deletes expired items late, and a session that has expired is none.
            ConditionExpression: '#ttl > :now',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: { ':now': toEpochSeconds(now) },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
        (stored) => stored === undefined,
      ),
  };
}

/** A session from before devices and addresses were stored has neither. */
function toLiveSession({ id, createdAt, rotatedAt, device = '', address = '' }: Item): LiveSession {
  return { id, createdAt, lastUsedAt: rotatedAt ?? createdAt, device, address } as LiveSession;
}

/** @param consistent whether a session that ended a moment ago must not be live; costs twice as much */
export function sessionCheck({ client, name }: Table, { consistent }: { consistent: boolean }): SessionCheck {
  return {
    async isLive(userId, sessionId, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: sessionKey(userId, sessionId), ConsistentRead: consistent }),
      );
      return Item !== undefined && Item.ttl > toEpochSeconds(now);
    },
  };
}

export function publicKeys({ client, name }: Table): PublicKeyReader & PublicKeyWriter {
  return {
    async read() {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: PUBLIC_KEYS_KEY, ConsistentRead: true }),
      );
      return (Item?.keys as PublicKey[] | undefined) ?? [];
    },
    async write(keys) {
      await client.send(new PutCommand({ TableName: name, Item: { ...PUBLIC_KEYS_KEY, keys } }));
    },
  };
}
