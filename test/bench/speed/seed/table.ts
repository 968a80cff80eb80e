import { execFile } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { pairWith } from '../../../../functions/core/conversations/conversation.ts';
import {
  directoryCountKey,
  directoryKey,
  emailKey,
  profileKey,
  usernameKey,
} from '../../../../functions/storage/keys.ts';
import { fromLogEntry } from '../../../../functions/storage/log-entry.ts';
import { readAssembly } from '../../../../local/assembly/read-assembly.ts';
import { startDynoxide } from '../../../../local/aws/dynoxide.ts';
import { engineCall } from '../../../../local/aws/engine-call.ts';
import { findDynoxide } from '../../../../local/aws/find-engine.ts';
import type { TableSpec } from '../../../../local/model.ts';
import { messagesOf } from './log.ts';

export interface Seeded {
  readonly users: number;
  /** Messages in the log of the first two users. */
  readonly messages: number;
  /** All users have this password. */
  readonly passwordHash: string;
}

/** The user with this number. */
export function userAt(number: number) {
  const digits = String(number).padStart(12, '0');
  const username = `user${digits}`;
  return { id: `00000000-0000-4000-8000-${digits}`, username, email: `${username}@example.com` };
}

type Item = Record<string, unknown>;

/**
 * Fills a table before the system starts, with the items that the functions would have written. The engine imports them from
 * the form of DynamoDB's exports, which is a hundred times faster than requests. The stream is turned on afterwards: the
 * functions behind it would work on all of this for hours.
 *
 * @param folder the folder in which the system then finds its data
 */
export async function seedTable(folder: string, assembly: string, seeded: Seeded): Promise<void> {
  const { table } = readAssembly(assembly);
  const work = join(folder, 'import');
  const data = join(work, table.name, 'data');
  mkdirSync(data, { recursive: true });
  await pipeline(linesOf(seeded), createGzip(), createWriteStream(join(data, '1.json.gz')));
  const schema = join(folder, 'schema.json');
  writeFileSync(schema, JSON.stringify([{ Table: description(table) }]));
  const output = join(folder, 'table.sqlite');
  await run(findDynoxide(), ['import', '--source', work, '--schema', schema, '--output', output]);
  for (const path of [work, schema]) rmSync(path, { recursive: true });
  const engine = await startDynoxide(folder);
  const StreamSpecification = { StreamEnabled: true, StreamViewType: table.streamView };
  await engineCall(engine.endpoint)('UpdateTable', { TableName: table.name, StreamSpecification });
  await engine.stop();
}

const run = promisify(execFile);

/** As DescribeTable tells it. */
function description({ name, partitionKey, sortKey }: TableSpec) {
  return {
    TableName: name,
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  };
}

async function* linesOf(seeded: Seeded): AsyncGenerator<string> {
  for await (const item of itemsOf(seeded)) yield `${JSON.stringify({ Item: onWire(item) })}\n`;
}

async function* itemsOf({ users, messages, passwordHash }: Seeded): AsyncGenerator<Item> {
  for (const list of ['users', 'everyone'] as const) yield { ...directoryCountKey(list), entries: users };
  const createdAt = new Date().toISOString();
  for (let number = 0; number < users; number += 1) {
    const { id, username, email } = userAt(number);
    yield { ...emailKey(email), userId: id, passwordHash };
    yield { ...usernameKey(username), userId: id };
    yield {
      ...profileKey(id),
      ...{ id, email, username, firstName: 'Ada', lastName: 'Lovelace', staff: false, createdAt },
    };
    for (const list of ['users', 'everyone'] as const) {
      yield { ...directoryKey(list, username), id, username, counted: true };
    }
  }
  const conversation = pairWith(userAt(0).id, userAt(1).id);
  let left = messages;
  for await (const entry of messagesOf(conversation)) {
    if (left === 0) return;
    left -= 1;
    yield fromLogEntry(conversation, entry);
  }
}

/** DynamoDB's JSON has bytes in Base64. */
function onWire(item: Item): object {
  return Object.fromEntries(
    Object.entries(marshall(item, { removeUndefinedValues: true })).map(([name, value]) => [
      name,
      value.B ? { B: Buffer.from(value.B).toString('base64') } : value,
    ]),
  );
}
