import type { BatchGetCommandInput, BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { invalid } from './errors.ts';
import type { Key, State } from './state.ts';
import type { Item } from './value.ts';

/** The answer to a batch: the age of each key's item, and the first key that is not processed. */
export interface BatchAnswer {
  readonly lag: (index: number) => number;
  readonly processed: number;
}

export function batchGet(
  state: State,
  { RequestItems }: BatchGetCommandInput,
  { lag, processed }: BatchAnswer,
) {
  const [name, request] = only(RequestItems);
  const keys = (request.Keys ?? []) as unknown as Key[];
  checkKeys(keys, 100);
  const found = keys.slice(0, processed).flatMap((key, i) => {
    return state.get(key, request.ConsistentRead ? 0 : lag(i)) ?? [];
  });
  const left = keys.slice(processed);
  return {
    // DynamoDB promises no order.
    Responses: { [name]: found.reverse() },
    UnprocessedKeys: left.length > 0 ? { [name]: { ...request, Keys: left } } : {},
  };
}

export function batchWrite(
  state: State,
  { RequestItems }: BatchWriteCommandInput,
  processed: number,
): object {
  const [name, requests] = only(RequestItems);
  const writes = requests.map(({ PutRequest, DeleteRequest }) => {
    const item = PutRequest?.Item;
    return { key: (item ?? DeleteRequest?.Key) as unknown as Key, item: item as Item | undefined };
  });
  checkKeys(
    writes.map(({ key }) => key),
    25,
  );
  for (const { key, item } of writes.slice(0, processed)) state.set({ pk: key.pk, sk: key.sk }, item);
  const left = requests.slice(processed);
  return { UnprocessedItems: left.length > 0 ? { [name]: left } : {} };
}

function only<T>(requests: Record<string, T> | undefined): [name: string, request: T] {
  const [entry, ...more] = Object.entries(requests ?? {});
  if (!entry || more.length > 0) throw invalid('a batch is of one table');
  return entry;
}

function checkKeys(keys: readonly Key[], most: number): void {
  if (keys.length === 0 || keys.length > most) throw invalid(`a batch of ${keys.length}`);
  if (new Set(keys.map(({ pk, sk }) => `${pk}\n${sk}`)).size < keys.length) {
    throw invalid('a batch names one item twice');
  }
}
