import { type DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { foldId, isId } from '../functions/core/ids.ts';
import { emailKey, type Key, usernameKey } from '../functions/storage/keys.ts';
import type { Table } from '../functions/storage/table.ts';

/** CloudFormation names a table after its stack, such as `parley-prod-data-Table…`. */
export async function onlyTable(client: DynamoDBClient): Promise<string> {
  const pages = await Array.fromAsync(paginateListTables({ client }, {}));
  const names = pages.flatMap(({ TableNames = [] }) => TableNames).filter((name) => /^parley-/i.test(name));
  const [only, another] = names;
  if (only === undefined) throw new Error('There is no table of Parley here. Name one with --table.');
  if (another !== undefined) throw new Error(`Name one of these tables with --table: ${names.join(', ')}`);
  return only;
}

/** The id of an account, which may be deleted; or the account that has a username or an e-mail address now. */
export async function userOf({ client, name }: Table, user: string): Promise<string> {
  if (isId(foldId(user))) return foldId(user);
  const find = async (key: Key) =>
    (await client.send(new GetCommand({ TableName: name, Key: { ...key } }))).Item?.userId as
      | string
      | undefined;
  // A username may have an @, too.
  const found = (user.includes('@') && (await find(emailKey(user)))) || (await find(usernameKey(user)));
  if (!found) throw new Error(`No account is called ${JSON.stringify(user)}.`);
  return found;
}
