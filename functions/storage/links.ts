import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Link, LinkClaim, LinkStore } from '../core/accounts/links.ts';
import type { ResetStore } from '../core/accounts/reset-password.ts';
import type { VerificationStore } from '../core/accounts/verify-email.ts';
import { emailKey, linkKey, profileKey } from './keys.ts';
import {
  fromEpochSeconds,
  type Item,
  type Table,
  type TransactItem,
  TTL,
  toEpochSeconds,
  transact,
} from './table.ts';

/** The links that were mailed to the owner of an account. They are in its partition, so they go when it is deleted. */
export function linkStore(table: Table): LinkStore & ResetStore & VerificationStore {
  const { client, name: TableName } = table;

  /** DynamoDB deletes expired items late, so the `ttl` is checked here. */
  async function find(claim: LinkClaim, kind: Link['kind'], now: Date): Promise<Item | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: { ...keyOf(claim) }, ConsistentRead: true }),
    );
    return Item?.kind === kind && Item.ttl > toEpochSeconds(now) ? Item : undefined;
  }

  const verified = ({ userId, email }: Pick<Link, 'userId' | 'email'>, now: Date): TransactItem => ({
    Update: {
      TableName,
      Key: { ...profileKey(userId) },
      UpdateExpression: 'SET emailVerifiedAt = if_not_exists(emailVerifiedAt, :at)',
      // A deleted account has none.
      ConditionExpression: 'email = :email',
      ExpressionAttributeValues: { ':at': now.toISOString(), ':email': email },
    },
  });

  return {
    async add({ expiresAt, ...link }) {
      const item = { ...keyOf(link), ...link, ttl: toEpochSeconds(expiresAt) };
      await client.send(new PutCommand({ TableName, Item: item }));
    },

    async findReset(claim, now) {
      const item = await find(claim, 'reset', now);
      return item && { ...toLink(item), isUsed: item.usedAt !== undefined };
    },

    async reset(link, passwordHash, now) {
      const failed = await transact(table, [
        // It stays until it expires, so that the same request can be recognised when it is sent again.
        {
          Update: {
            TableName,
            Key: { ...keyOf(link) },
            UpdateExpression: 'SET usedAt = :at',
            ConditionExpression: '#ttl > :now AND attribute_not_exists(usedAt)',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: { ':at': now.toISOString(), ':now': toEpochSeconds(now) },
          },
        },
        {
          Update: {
            TableName,
            Key: { ...emailKey(link.email) },
            UpdateExpression: 'SET passwordHash = :next ADD changes :one REMOVE changedBy',
            // All links from before a change are void by this.
            ConditionExpression: `userId = :user AND ${link.changes === 0 ? 'attribute_not_exists(changes)' : 'changes = :changes'}`,
            ExpressionAttributeValues: {
              ':next': passwordHash,
              ':one': 1,
              ':user': link.userId,
              ...(link.changes > 0 && { ':changes': link.changes }),
            },
          },
        },
        verified(link, now),
      ]);
      return failed.length === 0;
    },

    async verify(claim, now) {
      const item = await find(claim, 'verify', now);
      if (!item) return false;
      const failed = await transact(table, [
        {
          Delete: {
            TableName,
            Key: { ...keyOf(claim) },
            ConditionExpression: '#ttl > :now',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: { ':now': toEpochSeconds(now) },
          },
        },
        verified(toLink(item), now),
      ]);
      return failed.length === 0;
    },
  };
}

const keyOf = ({ userId, hash }: LinkClaim) => linkKey(userId, hash);

function toLink({ kind, userId, hash, email, changes, ttl }: Item): Link {
  return { kind, userId, hash, email, changes, expiresAt: fromEpochSeconds(Number(ttl)) } as Link;
}
