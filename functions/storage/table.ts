import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { countingCapacity } from '../aws/consumed-capacity.ts';
import { patience, tellingOutages } from '../aws/outages.ts';
import { Unavailable } from '../core/errors.ts';
import type { CountWork } from '../core/rate-limit/rate-limit.ts';
import type { Key } from './keys.ts';

/** The one table, with its client. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  /**
   * Waits before another round of a request that the SDK does not retry. Full jitter, longer with each round from 0.
   */
  readonly backoff: (round: number) => Promise<void>;
}

interface Chance {
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** DynamoDB answers in milliseconds. A call that takes this long is lost, and is tried again. */
const REQUEST_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 1_000;
const MAX_TRIES = 3;

const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 400;

/** Opens a table by its name, with the SDK's own region, credentials and endpoint. `count` is told of consumed capacity. */
export function openTable(name: string, chance: Chance, count?: CountWork): Table {
  const base = new DynamoDBClient({
    maxAttempts: MAX_TRIES,
    requestHandler: patience({ requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS }),
  });
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  return tableWith(count ? countingCapacity(client, count) : client, name, chance);
}

/** The table over a given client, which throws `Unavailable` for outages. */
export function tableWith(client: DynamoDBDocumentClient, name: string, { wait, random }: Chance): Table {
  return {
    client: tellingOutages(client),
    name,
    backoff: (round) => wait(random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** round)),
  };
}

/** The limit of BatchGetItem. */
const MAX_KEYS = 100;

/** DynamoDB may leave keys unread because of their size, or when it throttles. Only those are read again. */
const MAX_READ_ROUNDS = 5;

export type Item = Readonly<Record<string, unknown>>;

/** Reads items by key, in the order asked; undefined for items that do not exist. */
export async function batchGet(
  table: Table,
  keys: readonly Key[],
  { consistent }: { consistent: boolean },
): Promise<readonly (Item | undefined)[]> {
  const found = new Map<string, Item>();
  const unique = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const chunks = Array.from({ length: Math.ceil(unique.length / MAX_KEYS) }, (_, i) =>
    unique.slice(i * MAX_KEYS, (i + 1) * MAX_KEYS),
  );
  await Promise.all(chunks.map((chunk) => readChunk(table, chunk, consistent, found)));
  return keys.map((key) => found.get(nameOf(key)));
}

async function readChunk(
  { client, name, backoff }: Table,
  chunk: readonly Key[],
  consistent: boolean,
  found: Map<string, Item>,
): Promise<void> {
  let left = chunk.map(({ pk, sk }): Record<string, unknown> => ({ pk, sk }));
  for (let round = 0; round < MAX_READ_ROUNDS; round += 1) {
    if (round > 0) await backoff(round - 1);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: consistent } } }),
    );
    for (const item of Responses?.[name] ?? []) found.set(nameOf(item as unknown as Key), item);
    left = UnprocessedKeys?.[name]?.Keys ?? [];
    if (left.length === 0) return;
  }
  throw new Unavailable();
}

/** Sort keys have no line breaks. */
function nameOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Two transactions on one item at the same moment cancel each other. More rounds than these mean an outage. */
const MAX_TRANSACTION_ROUNDS = 8;

/** Temporary reasons of a cancellation, which say nothing about the items themselves. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Writes all of the items, or nothing.
 * @returns the indexes of the items whose conditions failed; none if all were written
 * @throws Unavailable while others keep writing the items; nothing was written
 */
export async function transact(
  { client, backoff }: Pick<Table, 'client' | 'backoff'>,
  items: TransactItem[],
): Promise<readonly number[]> {
  for (let round = 0; round < MAX_TRANSACTION_ROUNDS; round += 1) {
    if (round > 0) await backoff(round - 1);
    const failed = await tryTransact(client, items);
    if (failed !== 'busy') return failed;
  }
  throw new Unavailable();
}

/**
 * One try of a transaction.
 * @returns the indexes of the items whose conditions failed; none if all were written; `busy` if others were writing the items
 */
export async function tryTransact(
  client: Table['client'],
  items: TransactItem[],
): Promise<readonly number[] | 'busy'> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: items }));
    return [];
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = error.CancellationReasons?.map(({ Code = 'None' }) => Code) ?? [];
    const failed = codes.flatMap((code, i) => (code === 'ConditionalCheckFailed' ? i : []));
    if (failed.length > 0) return failed;
    if (codes.some((code) => PASSING.has(code))) return 'busy';
    throw error;
  }
}

/** `ttl` is a reserved word of DynamoDB. */
export const TTL = { '#ttl': 'ttl' };

/** TTL attributes are whole seconds since 1970. */
export const toEpochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
export const fromEpochSeconds = (seconds: number): Date => new Date(seconds * 1000);

/** An item in DynamoDB's own notation. */
type Stored = ConditionalCheckFailedException['Item'];

/**
 * Whether a conditional write was made; false if its condition failed. When the answer to a try is lost, the SDK tries again,
 * and then the condition may fail because of the first try. `isOwn` recognises this by the stored item, for which the write
 * must ask.
 */
export async function isWritten(
  write: Promise<unknown>,
  isOwn: (stored: Stored) => boolean = () => false,
): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { attempts = 1 } = error.$metadata;
    return attempts > 1 && isOwn(error.Item);
  }
}

type ConditionalUpdate = Required<
  Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames'>
> &
  Pick<UpdateCommandInput, 'ExpressionAttributeValues' | 'ReturnValues'>;

/** Updates an item on a condition. `stored` is the item that failed the condition, or what `ReturnValues` asks for. */
export async function updateIf(
  { client, name }: Table,
  Key: Key,
  update: ConditionalUpdate,
): Promise<{ readonly isDone: boolean; readonly stored: Item }> {
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: name,
        Key: { ...Key },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...update,
      }),
    );
    return { isDone: true, stored: Attributes ?? {} };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { isDone: false, stored: error.Item ? unmarshall(error.Item) : {} };
  }
}

/** The condition of a put that replaces an item of which only this version was read; without one, an item that was not there. */
export function ifVersion(version: number | undefined) {
  if (version === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}

/** The part of an update that sets attributes, whatever their names: some are reserved words of DynamoDB. */
export function setting(values: Item) {
  const names = Object.keys(values);
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, values[name]])),
  };
}
