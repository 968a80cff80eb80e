/**
 * Prints the security events of one account, oldest first: `npm run audit -- <user id | username | e-mail>`.
 *
 * It reads the table with the caller's own credentials, region and endpoint, as the AWS CLI does. Without `--table` it takes the only
 * table of Parley that it finds there.
 */
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry, EntryId } from '../functions/core/audit/audit.ts';
import { auditReader } from '../functions/storage/audit.ts';
import { type Table, tableWith } from '../functions/storage/table.ts';
import { onlyTable, userOf } from './find-account.ts';

const USAGE = 'Usage: npm run audit -- <user id | username | e-mail> [--table <name>]';
const PAGE = 500;

const who = readArguments();
const base = new DynamoDBClient({});
const client = DynamoDBDocumentClient.from(base);
try {
  const name = who.table ?? (await onlyTable(base));
  const table = tableWith(client, name, { wait: async () => {}, random: Math.random });
  const userId = await userOf(table, who.user);
  let count = 0;
  for await (const entry of eventsOf(table, userId)) {
    console.log(lineOf(entry));
    count += 1;
  }
  console.error(`Events of ${userId}: ${count}`);
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

async function* eventsOf(table: Table, userId: string): AsyncGenerator<AuditEntry> {
  for (let last: EntryId | undefined, isFirst = true; isFirst || last; isFirst = false) {
    const page = await auditReader(table).after(userId, last, PAGE, new Date());
    for (const { entry } of page) yield entry;
    last = page.length === PAGE ? page.at(-1)?.id : undefined;
  }
}

function lineOf({ at, event, operation, address, device, session, other, by }: AuditEntry): string {
  const more = [session && `session ${session}`, other && `other ${other}`, by && `by ${by}`].filter(Boolean);
  return [at, event, operation, address, JSON.stringify(device), ...more].join('  ');
}
