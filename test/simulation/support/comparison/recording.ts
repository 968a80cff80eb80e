import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { wordsOf } from '../words.ts';

/** A command in words, and its outcome. */
export type Recorded = readonly [command: string, answer: unknown];

/** Records each command and its answer, without the transport metadata. */
export function recording(send: (command: object) => Promise<object>, recorded: Recorded[]) {
  return async (command: object): Promise<object> => {
    try {
      const answer = await send(command);
      recorded.push([wordsOf(command), essence(answer)]);
      return answer;
    } catch (error) {
      recorded.push([wordsOf(command), essenceOfError(error as StoreError)]);
      throw error;
    }
  };
}

const TRANSPORT = new Set(['$metadata', 'ConsumedCapacity', 'ItemCollectionMetrics']);

/** An empty collection and an absent one mean the same. */
function essence(answer: object): object {
  const parts = Object.entries(answer)
    .filter(([name, part]) => !TRANSPORT.has(name) && part !== undefined)
    .map(([name, part]) => [name, name === 'Responses' ? sorted(part) : part])
    .filter(([name, part]) => !(String(name).startsWith('Unprocessed') && Object.keys(part).length === 0));
  return Object.fromEntries(parts);
}

/** The items of a batch have no order. */
function sorted(responses: Record<string, { pk: string; sk: string }[]>) {
  const byKey = (one: { pk: string; sk: string }, other: { pk: string; sk: string }) =>
    `${one.pk} ${one.sk}` < `${other.pk} ${other.sk}` ? -1 : 1;
  return Object.entries(responses).map(([name, items]) => [name, items.toSorted(byKey)]);
}

interface StoreError {
  readonly name: string;
  readonly Item?: object;
  readonly CancellationReasons?: readonly CancellationReason[];
}

function essenceOfError({ name, Item, CancellationReasons }: StoreError) {
  return { error: name, Item, codes: CancellationReasons?.map(({ Code }) => Code) };
}
