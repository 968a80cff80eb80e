import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Account, Credentials } from '../core/accounts/account.ts';
import type { AccountStore, CredentialStore, ProfileStore } from '../core/accounts/ports.ts';
import { directoryKey, emailKey, profileKey, usernameKey } from './keys.ts';
import type { Table } from './table.ts';
import { transact } from './transact.ts';

/**
 * One transaction: both claims, the profile, and the places in the directory. The claims come first, so that the
 * places of what failed line up with them.
 */
export function accountStore(table: Table): AccountStore {
  return {
    async create(account, passwordHash) {
      const failed = await transact(
        table,
        itemsOf(account, passwordHash).map((Item) => ({
          Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
        })),
      );
      if (failed.length === 0) return [];
      const taken = (['email', 'username'] as const).filter((_, i) => failed.includes(i));
      // Neither claim, but the profile or a place in a list: a new id that exists, which is nobody's mistake.
      if (taken.length === 0) throw new Error('the items of a new account exist already');
      return taken;
    },
  };
}

function itemsOf(account: Account, passwordHash: string): Record<string, unknown>[] {
  const { id, username, email } = account;
  return [
    { ...emailKey(email), userId: id, passwordHash },
    { ...usernameKey(username), userId: id },
    { ...profileKey(id), ...account },
    { ...directoryKey('everyone', username), id, username },
    { ...directoryKey('users', username), id, username },
  ];
}

export function credentialStore({ client, name }: Table): CredentialStore {
  return {
    async credentialsOf(email) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: emailKey(email), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { userId, passwordHash } = Item as Credentials;
      return { userId, passwordHash };
    },
  };
}

export function profileStore({ client, name }: Table): ProfileStore {
  return {
    async profileOf(userId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: profileKey(userId), ConsistentRead: true }),
      );
      return Item && toAccount(Item);
    },
  };
}

export function toAccount(item: Record<string, unknown>): Account {
  const { id, email, username, firstName, lastName, staff, createdAt } = item as unknown as Account;
  return { id, email, username, firstName, lastName, staff, createdAt };
}
