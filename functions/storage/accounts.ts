import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Account, Credentials, ProfileStore } from '../core/accounts/account.ts';
import type { CredentialStore } from '../core/accounts/check-password.ts';
import type { ProfileEditor } from '../core/accounts/profile.ts';
import type { AccountStore } from '../core/accounts/register.ts';
import { directoryKey, emailKey, profileKey, usernameKey } from './keys.ts';
import { setting, type Table, transact } from './table.ts';

/**
 * One transaction stores both claims, the profile and the directory entries. The claims come first, so the index of a
 * failed item tells which claim is taken.
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
      // No claim failed, but the profile or a directory entry exists: the new id is taken, which is no mistake of the
      // caller.
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

export function profileEditor({ client, name }: Table): ProfileEditor {
  return {
    async rename(userId, change) {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: name,
            Key: profileKey(userId),
            ...setting(Object.fromEntries(given)),
            ConditionExpression: 'attribute_exists(pk)',
            ReturnValues: 'ALL_NEW',
          }),
        );
        return Attributes && toAccount(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}
