import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Account, Credentials } from '../core/accounts/account.ts';
import type { AccountStore, CredentialStore, ProfileStore } from '../core/accounts/ports.ts';
import { Unavailable } from '../core/errors.ts';
import { directoryKey, emailKey, profileKey, usernameKey } from './keys.ts';
import type { Table } from './table.ts';

/** Two registrations that touch one item at the same moment cancel each other; the second look finds a winner. */
const MAX_CONFLICTS = 8;

/**
 * One transaction: both claims, the profile, and the places in the directory. The claims come first, so that the
 * reasons of a cancellation line up with them.
 */
export function accountStore(
  { client, name }: Table,
  { wait, random }: { wait: (milliseconds: number) => Promise<void>; random: () => number },
): AccountStore {
  return {
    async create(account, passwordHash) {
      const command = new TransactWriteCommand({
        TransactItems: itemsOf(account, passwordHash).map((Item) => ({
          Put: { TableName: name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
        })),
      });
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
        try {
          await client.send(command);
          return [];
        } catch (error) {
          if (!(error instanceof TransactionCanceledException)) throw error;
          const codes = error.CancellationReasons?.map((reason) => reason.Code) ?? [];
          const taken = (['email', 'username'] as const).filter(
            (_, i) => codes[i] === 'ConditionalCheckFailed',
          );
          if (taken.length > 0) return taken;
          await wait(random() * 20 * 2 ** conflicts);
        }
      }
      throw new Unavailable();
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
