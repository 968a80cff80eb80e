import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Account } from '../core/accounts/account.ts';
import type { IdentityStore } from '../core/issuers/account-of.ts';
import { createAccount, ifFree } from './accounts.ts';
import { countInWindow, refusedUntil } from './counters.ts';
import { emailKey, exchangesKey, identityKey, profileKey } from './keys.ts';
import { type Table, type TransactItem, transact } from './table.ts';

/** The address is free, or this account has it already. A claim with a password is of an account of Parley's own. */
const OWN = 'attribute_not_exists(pk) OR userId = :own AND attribute_not_exists(passwordHash)';

export function identityStore(table: Table): IdentityStore {
  const { client, name: TableName } = table;
  return {
    async userOf(identity) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: identityKey(identity), ConsistentRead: true }),
      );
      return Item?.userId as string | undefined;
    },

    create(identity, account) {
      const { id: userId, email } = account;
      return createAccount(table, account, {
        identity: ifFree(table, { ...identityKey(identity), userId }),
        ...(email !== undefined && { email: ifFree(table, { ...emailKey(email), userId }) }),
      });
    },

    async moveEmail({ id, email: former }, email) {
      const values = { ':own': id };
      const isOnlySpelling = former !== undefined && emailKey(former).pk === emailKey(email).pk;
      const moved: TransactItem[] = isOnlySpelling
        ? []
        : [
            {
              Put: {
                TableName,
                Item: { ...emailKey(email), userId: id },
                ConditionExpression: OWN,
                ExpressionAttributeValues: values,
              },
            },
            ...(former === undefined
              ? []
              : [
                  {
                    Delete: {
                      TableName,
                      Key: { ...emailKey(former) },
                      ConditionExpression: OWN,
                      ExpressionAttributeValues: values,
                    },
                  },
                ]),
          ];
      const failed = await transact(table, [...moved, renamed(TableName, id, former, email)]);
      return failed.length === 0;
    },

    async countExchange(userId, { exchanges, seconds }, now) {
      const window = { counter: 'exchanges', limit: exchanges, seconds };
      return refusedUntil(await countInWindow(table, exchangesKey(userId), window, now));
    },
  };
}

/** Of two exchanges at once, the one that began with the present address wins. */
function renamed(TableName: string, id: string, former: Account['email'], email: string): TransactItem {
  return {
    Update: {
      TableName,
      Key: { ...profileKey(id) },
      UpdateExpression: 'SET email = :email',
      ConditionExpression:
        former === undefined
          ? 'attribute_exists(pk) AND attribute_not_exists(email) AND attribute_not_exists(deletedAt)'
          : 'email = :former',
      ExpressionAttributeValues: { ':email': email, ...(former !== undefined && { ':former': former }) },
    },
  };
}
