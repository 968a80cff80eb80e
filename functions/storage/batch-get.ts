import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { Unavailable } from '../core/errors.ts';
import type { Key } from './keys.ts';
import type { Table } from './table.ts';

/** BatchGetItem's limit. */
const MAX_KEYS = 100;

/** DynamoDB may leave keys unread, for their size or when it throttles: then only those are asked for again. */
const MAX_ROUNDS = 5;

type Item = Record<string, unknown>;

/** Reads items by key, in the order asked; undefined for those that do not exist. */
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
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
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
