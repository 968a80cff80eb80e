import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type Account,
  type Credentials,
  deletedPerson,
  type PeopleStore,
  type Person,
  type PersonStore,
  type ProfileStore,
} from '../core/accounts/account.ts';
import type { PasswordChanger } from '../core/accounts/change-password.ts';
import type { CredentialStore } from '../core/accounts/check-password.ts';
import type { AccountRemover } from '../core/accounts/delete-account.ts';
import type { ProfileEditor } from '../core/accounts/profile.ts';
import type { AccountStore } from '../core/accounts/register.ts';
import type { ModeratedPeople } from '../core/reports/moderate.ts';
import {
  directoryKey,
  emailKey,
  identityKey,
  presenceKey,
  profileKey,
  socketsKey,
  usernameKey,
} from './keys.ts';
import {
  batchGet,
  type Item,
  isWritten,
  setting,
  type Table,
  type TransactItem,
  TTL,
  toEpochSeconds,
  transact,
} from './table.ts';

export function accountStore(table: Table): AccountStore {
  return {
    create: (account, passwordHash) =>
      createAccount(table, account, {
        email: ifFree(table, { ...emailKey(account.email), userId: account.id, passwordHash }),
      }),
  };
}

/**
 * Stores an account and its unique claims, or nothing. One transaction stores the claims, the profile and the directory entries.
 * The claims come first, so the index of a failed item tells which claim is taken.
 * @param claims the writes of those beside the username
 * @returns the claims that failed: another account has them already. None means that the account is stored
 */
export async function createAccount<Claim extends string>(
  table: Table,
  account: Account,
  claims: Readonly<Partial<Record<Claim, TransactItem>>>,
): Promise<readonly (Claim | 'username')[]> {
  const { id, username, createdAt } = account;
  const name = { ...usernameKey(username), userId: id };
  const claimed = Object.entries({ ...claims, username: ifFree(table, name, freeAt(createdAt)) });
  const items = [
    { ...profileKey(id), ...account },
    { ...directoryKey('everyone', username), id, username },
    { ...directoryKey('users', username), id, username },
  ];
  const failed = await transact(table, [
    ...claimed.map(([, write]) => write as TransactItem),
    ...items.map((item) => ifFree(table, item)),
  ]);
  const taken = claimed.filter((_, i) => failed.includes(i)).map(([name]) => name as Claim | 'username');
  // No claim failed, but the profile or a directory entry exists: the new id is taken, which is no mistake of the caller.
  if (failed.length > 0 && taken.length === 0) throw new Error('the items of a new account exist already');
  return taken;
}

const IF_FREE = { ConditionExpression: 'attribute_not_exists(pk)' };

/** Stores an item if its key is free. */
export const ifFree = ({ name }: Table, Item: Item, condition: object = IF_FREE): TransactItem => ({
  Put: { TableName: name, Item, ...condition },
});

/** The name of a deleted account is free once its claim has ended. DynamoDB deletes the claim later, by days. */
const freeAt = (time: string) => ({
  ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
  ExpressionAttributeNames: TTL,
  ExpressionAttributeValues: { ':now': toEpochSeconds(new Date(time)) },
});

export function credentialStore({ client, name }: Table): CredentialStore & PasswordChanger {
  return {
    async credentialsOf(email) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: emailKey(email), ConsistentRead: true }),
      );
      // The address of an account of another issuer is claimed without a password.
      if (!Item?.passwordHash) return undefined;
      const { userId, passwordHash, changes = 0, changedBy } = Item as Credentials;
      return { userId, passwordHash, changes, changedBy };
    },

    async replaceHash(email, former, next) {
      await isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: emailKey(email),
            UpdateExpression: 'SET passwordHash = :next',
            ConditionExpression: 'passwordHash = :former',
            ExpressionAttributeValues: { ':former': former, ':next': next },
          }),
        ),
      );
    },

    changePassword: (email, { userId, passwordHash }, next, sessionId) =>
      isWritten(
        client.send(
          new UpdateCommand({
            TableName: name,
            Key: emailKey(email),
            UpdateExpression: 'SET passwordHash = :next, changedBy = :session ADD changes :one',
            ConditionExpression: 'passwordHash = :former AND userId = :user',
            ExpressionAttributeValues: {
              ':former': passwordHash,
              ':next': next,
              ':user': userId,
              ':session': sessionId,
              ':one': 1,
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
        // Each hash has a salt of its own.
        (stored) => stored?.passwordHash?.S === next,
      ),
  };
}

export function profileStore({ client, name }: Table): ProfileStore & PersonStore {
  async function itemOf(userId: string): Promise<Item | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: name, Key: profileKey(userId), ConsistentRead: true }),
    );
    return Item;
  }

  return {
    async profileOf(userId) {
      const item = await itemOf(userId);
      return item && !isDeleted(item) ? toAccount(item) : undefined;
    },

    async personOf(userId) {
      const item = await itemOf(userId);
      return item && toPerson(item);
    },
  };
}

export function peopleStore(table: Table): PeopleStore {
  return {
    async peopleOf(userIds) {
      const items = await batchGet(table, userIds.map(profileKey), { consistent: false });
      return items.map((item) => item && toPerson(item));
    },
  };
}

/** The same for moderators. */
export function moderatedPeople(table: Table): ModeratedPeople {
  return {
    async of(userIds) {
      const items = await batchGet(table, userIds.map(profileKey), { consistent: false });
      return items.map(
        (item) => item && { ...toPerson(item), ...(item.suspendedAt !== undefined && { suspended: true }) },
      );
    },
  };
}

function toPerson(item: Item): Person {
  const { id, username } = toAccount(item);
  return isDeleted(item) ? deletedPerson(id) : { id, username };
}

/** Whether an item says that its account is deleted: the profile, the sockets and the presence of one do. */
export const isDeleted = (item: Item): boolean => item.deletedAt !== undefined;

/** One transaction, so that everybody sees the account as it was, or as deleted. */
export function accountRemover(table: Table): AccountRemover {
  const { name } = table;
  return {
    async remove({ id, email, username }, proof, { at, nameFreeAt }) {
      const deletedAt = at.toISOString();
      const isOwn = { ConditionExpression: 'userId = :id', ExpressionAttributeValues: { ':id': id } };
      const logIn: readonly TransactItem[] =
        'passwordHash' in proof
          ? []
          : [{ Delete: { TableName: name, Key: { ...identityKey(proof) }, ...isOwn } }];
      const address: readonly TransactItem[] =
        email === undefined
          ? []
          : [
              {
                Delete: {
                  TableName: name,
                  Key: { ...emailKey(email) },
                  ...isOwn,
                  ...('passwordHash' in proof && {
                    ConditionExpression: 'userId = :id AND passwordHash = :hash',
                    ExpressionAttributeValues: { ':id': id, ':hash': proof.passwordHash },
                  }),
                },
              },
            ];
      const failed = await transact(table, [
        ...logIn,
        ...address,
        {
          Update: {
            TableName: name,
            Key: usernameKey(username),
            UpdateExpression: 'SET #ttl = :free',
            ConditionExpression: 'userId = :id',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: { ':free': toEpochSeconds(nameFreeAt), ':id': id },
          },
        },
        {
          Put: {
            TableName: name,
            Item: { ...profileKey(id), id, deletedAt },
            // An exchange may move the claim on the address.
            ...(email === undefined
              ? {
                  ConditionExpression:
                    'attribute_exists(pk) AND attribute_not_exists(deletedAt) AND attribute_not_exists(email)',
                }
              : {
                  ConditionExpression: 'attribute_not_exists(deletedAt) AND email = :email',
                  ExpressionAttributeValues: { ':email': email },
                }),
          },
        },
        // What a message and an inbox read anyway tells them. The open sockets stay listed until they are closed.
        {
          Update: {
            TableName: name,
            Key: socketsKey(id),
            UpdateExpression: 'SET deletedAt = :at REMOVE #ttl',
            ExpressionAttributeNames: TTL,
            ExpressionAttributeValues: { ':at': deletedAt },
          },
        },
        { Put: { TableName: name, Item: { ...presenceKey(id), deletedAt } } },
      ]);
      return failed.length === 0;
    },
  };
}

export function toAccount(item: Record<string, unknown>): Account {
  const { id, email, emailVerifiedAt, username, firstName, lastName, staff, suspendedAt, createdAt, issuer } =
    item as unknown as Account;
  return { id, email, emailVerifiedAt, username, firstName, lastName, staff, suspendedAt, createdAt, issuer };
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
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)',
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
