import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { UniqueField } from '../core/accounts/register.ts';
import type { SignUp, SignUpStore } from '../core/accounts/sign-up.ts';
import { createAccount, ifFree } from './accounts.ts';
import { emailKey, signUpKey, usernameKey } from './keys.ts';
import { batchGet, fromEpochSeconds, type Item, type Table, TTL, toEpochSeconds } from './table.ts';

/** Sign-ups that wait for the owners of their addresses. Each has a partition of its own, apart from the accounts. */
export function signUpStore(table: Table): SignUpStore {
  const { client, name: TableName } = table;

  return {
    async takenOf({ email, username }, now) {
      const items = await batchGet(table, [emailKey(email), usernameKey(username)], { consistent: true });
      const fields: readonly UniqueField[] = ['email', 'username'];
      return fields.filter((_, i) => isClaimed(items[i], now));
    },

    async add({ expiresAt, ...signUp }) {
      const item = { ...signUpKey(signUp.hash), ...signUp, ttl: toEpochSeconds(expiresAt) };
      await client.send(new PutCommand({ TableName, Item: item }));
    },

    async find({ userId, hash }, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: { ...signUpKey(hash) }, ConsistentRead: true }),
      );
      // DynamoDB deletes expired items late.
      if (Item?.userId !== userId || Item.ttl <= toEpochSeconds(now)) return undefined;
      return { ...toSignUp(Item), isUsed: Item.usedAt !== undefined };
    },

    confirm: ({ hash, passwordHash }, account, now) =>
      createAccount(table, account, {
        // It stays until it expires, without the hash of the password, so that the same request is recognised when it is sent again.
        link: {
          Update: {
            TableName,
            Key: { ...signUpKey(hash) },
            UpdateExpression: 'SET usedAt = :at REMOVE passwordHash',
            ConditionExpression: '#ttl > :now AND attribute_not_exists(usedAt)',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: { ':at': now.toISOString(), ':now': toEpochSeconds(now) },
          },
        },
        email: ifFree(table, { ...emailKey(account.email), userId: account.id, passwordHash }),
      }),
  };
}

/** The claim on the name of a deleted account ends. */
const isClaimed = (claim: Item | undefined, now: Date): boolean =>
  claim !== undefined && (claim.ttl === undefined || Number(claim.ttl) > toEpochSeconds(now));

function toSignUp(item: Item): SignUp {
  const { userId, hash, email, username, firstName, lastName, passwordHash, ttl } = item;
  const expiresAt = fromEpochSeconds(Number(ttl));
  return { userId, hash, email, username, firstName, lastName, passwordHash, expiresAt } as SignUp;
}
