/**
 * Prints the security events of one account, oldest first: `npm run audit -- <user id | username | e-mail>`.
 *
 * It reads the table with the caller's own credentials, region and endpoint, as the AWS CLI does. Without `--table` it takes the only
 * table of Parley that it finds there.
 */
import { parseArgs } from 'node:util';
import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry, EntryId } from '../functions/core/audit/audit.ts';
import { foldId, isId } from '../functions/core/ids.ts';
import { auditReader } from '../functions/storage/audit.ts';
import { emailKey, type Key, usernameKey } from '../functions/storage/keys.ts';
import { tableWith } from '../functions/storage/table.ts';

const USAGE = 'Usage: npm run audit -- <user id | username | e-mail> [--table <name>]';
const PAGE = 500;

const who = readArguments();
const base = new DynamoDBClient({});
const client = DynamoDBDocumentClient.from(base);
try {
  const name = who.table ?? (await onlyTable());
  const userId = await userOf(name, who.user);
  let count = 0;
  for await (const entry of eventsOf(name, userId)) {
    console.log(lineOf(entry));
    count += 1;
  }
  console.error(`${count} events of ${userId}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  base.destroy();
}

function readArguments(): { readonly user: string; readonly table: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { table: { type: 'string' } },
    });
    const [user, ...rest] = positionals;
    if (!user || rest.length > 0) throw new Error('Name one account.');
    return { user, table: values.table };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(1);
  }
}

/** CloudFormation names a table after its stack, such as `parley-prod-data-Table…`. */
async function onlyTable(): Promise<string> {
  const pages = await Array.fromAsync(paginateListTables({ client: base }, {}));
  const names = pages.flatMap(({ TableNames = [] }) => TableNames).filter((name) => /^parley-/i.test(name));
  const [only, another] = names;
  if (only === undefined) throw new Error('There is no table of Parley here. Name one with --table.');
  if (another !== undefined) throw new Error(`Name one of these tables with --table: ${names.join(', ')}`);
  return only;
}

/** The id of an account, which may be deleted; or the account that has a username or an e-mail address now. */
async function userOf(TableName: string, user: string): Promise<string> {
  if (isId(foldId(user))) return foldId(user);
  const key: Key = user.includes('@') ? emailKey(user) : usernameKey(user);
  const { Item } = await client.send(new GetCommand({ TableName, Key: { ...key } }));
  // A username may have an @, too.
  if (!Item && user.includes('@')) {
    const named = await client.send(new GetCommand({ TableName, Key: { ...usernameKey(user) } }));
    if (named.Item) return named.Item.userId;
  }
  if (!Item) throw new Error(`No account is called ${JSON.stringify(user)}.`);
  return Item.userId;
}

async function* eventsOf(name: string, userId: string): AsyncGenerator<AuditEntry> {
  const table = tableWith(client, name, { wait: async () => {}, random: Math.random });
  for (let last: EntryId | undefined, isFirst = true; isFirst || last; isFirst = false) {
    const page = await auditReader(table).after(userId, last, PAGE, new Date());
    for (const { entry } of page) yield entry;
    last = page.length === PAGE ? page.at(-1)?.id : undefined;
  }
}

function lineOf({ at, event, operation, address, device, session }: AuditEntry): string {
  return [at, event, operation, address, JSON.stringify(device), session ? `session ${session}` : '']
    .join('  ')
    .trimEnd();
}
