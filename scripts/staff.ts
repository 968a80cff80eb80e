/**
 * Names moderators, and suspends accounts: `npm run staff -- add|remove|suspend|restore <user id | username | e-mail>`, and
 * `npm run staff -- list`.
 *
 * It writes to the table with the caller's own credentials, region and endpoint, as the AWS CLI does. Without `--table` it takes the
 * only table of Parley that it finds there.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { restoreAccount, suspend } from '../functions/core/accounts/suspend.ts';
import { OPERATOR } from '../functions/core/audit/audit.ts';
import { auditTrail } from '../functions/core/audit/trail.ts';
import { auditLog } from '../functions/storage/audit.ts';
import { sessionList } from '../functions/storage/sessions.ts';
import { staffList } from '../functions/storage/staff.ts';
import { suspensionStore } from '../functions/storage/suspensions.ts';
import { tableWith } from '../functions/storage/table.ts';
import { onlyTable, userOf } from './find-account.ts';

const ACTIONS = ['add', 'remove', 'suspend', 'restore', 'list'] as const;
type Action = (typeof ACTIONS)[number];

const USAGE =
  'Usage: npm run staff -- add | remove | suspend | restore <user id | username | e-mail> [--table <name>]\n' +
  '       npm run staff -- list [--table <name>]';

const DONE = {
  add: 'is a member of the staff now',
  remove: 'is no member of the staff any more',
  suspend: 'is suspended; all sessions have ended',
  restore: 'can log in again',
} as const;

const asked = readArguments();
const base = new DynamoDBClient({});
try {
  await run(asked.action, asked.user, asked.table ?? (await onlyTable(base)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  base.destroy();
}

function readArguments(): { readonly action: Action; readonly user: string; readonly table?: string } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { table: { type: 'string' } },
    });
    const [word, user = '', ...rest] = positionals;
    const action = ACTIONS.find((one) => one === word);
    if (!action) throw new Error(`Say what to do: ${ACTIONS.join(', ')}.`);
    if ((user === '') !== (action === 'list') || rest.length > 0) throw new Error('Name one account.');
    return { action, user, ...(values.table !== undefined && { table: values.table }) };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(1);
  }
}

async function run(action: Action, user: string, name: string): Promise<void> {
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  const table = tableWith(client, name, { wait: setTimeout, random: Math.random });
  const staff = staffList(table);
  if (action === 'list') {
    const members = await staff.list();
    for (const { id, username, email } of members)
      console.log([id, username, email ?? ''].join('  ').trimEnd());
    console.error(`Members of the staff: ${members.length}`);
    return;
  }
  const userId = await userOf(table, user);
  const now = () => new Date();
  const audit = auditTrail(auditLog(table), {
    now,
    newId: randomUUID,
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
  });
  const dependencies = { suspensions: suspensionStore(table), sessions: sessionList(table), audit, now };
  const of = { userId, by: OPERATOR };
  if (action === 'suspend') await suspend(dependencies, of);
  if (action === 'restore') await restoreAccount(dependencies, of);
  if (action === 'add') {
    if (!(await staff.add(userId)))
      throw new Error('This account is deleted or suspended, or there is none.');
    audit.note({ event: 'staff_added', ...of });
  }
  if (action === 'remove') {
    if (!(await staff.remove(userId))) throw new Error('There is no such account.');
    audit.note({ event: 'staff_removed', ...of });
  }
  await audit.write({ operation: 'npm run staff', device: '', address: '' });
  console.log(`${userId}: ${DONE[action]}`);
}
