import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type Account, foldUsername } from '../core/accounts/account.ts';
import { toAccount } from './accounts.ts';
import { profileKey, STAFF, staffKey } from './keys.ts';
import { batchGet, type Table, transact } from './table.ts';

export interface StaffList {
  /** False if there is no such account, or it is deleted or suspended. */
  add(userId: string): Promise<boolean>;
  /** False if there is no such account. */
  remove(userId: string): Promise<boolean>;
  /** By username. */
  list(): Promise<readonly Account[]>;
}

/** Marks the profiles of staff, and lists them. No function of the deployment may write either. */
export function staffList(table: Table): StaffList {
  const { client, name: TableName } = table;

  const mark = (userId: string, staff: boolean, condition: string) => ({
    Update: {
      TableName,
      Key: { ...profileKey(userId) },
      UpdateExpression: 'SET staff = :staff',
      ConditionExpression: condition,
      ExpressionAttributeValues: { ':staff': staff },
    },
  });

  return {
    async add(userId) {
      const condition =
        'attribute_exists(pk) AND attribute_not_exists(deletedAt) AND attribute_not_exists(suspendedAt)';
      const failed = await transact(table, [
        mark(userId, true, condition),
        { Put: { TableName, Item: { ...staffKey(userId) } } },
      ]);
      return failed.length === 0;
    },

    async remove(userId) {
      const failed = await transact(table, [
        mark(userId, false, 'attribute_exists(pk)'),
        { Delete: { TableName, Key: { ...staffKey(userId) } } },
      ]);
      return failed.length === 0;
    },

    async list() {
      const pages = paginateQuery(
        { client },
        { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': STAFF } },
      );
      const ids = (await Array.fromAsync(pages)).flatMap(({ Items = [] }) =>
        Items.map(({ sk }) => sk as string),
      );
      const profiles = await batchGet(table, ids.map(profileKey), { consistent: true });
      return profiles
        .flatMap((item) => (item?.staff === true ? toAccount(item) : []))
        .toSorted((a, b) => (foldUsername(a.username) < foldUsername(b.username) ? -1 : 1));
    },
  };
}
