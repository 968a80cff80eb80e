import type { EngineCall } from './engine-call.ts';
import { type AttributeValue, type Item, itemSize } from './item-size.ts';

interface Write {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
}

/** What a write request holds: itself, or the items of a transaction. */
export interface WriteInput extends Write {
  readonly TransactItems?: readonly Readonly<Record<string, Write | undefined>>[];
}

interface Refusal {
  readonly __type?: string;
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** Whether an error says that a condition did not hold. */
export function isFailedCondition({ __type = '', CancellationReasons = [] }: Refusal): boolean {
  return (
    __type.endsWith('ConditionalCheckFailedException') ||
    CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')
  );
}

/**
 * What a write whose condition failed is charged for, though no error reports it: the item as it is or as the write would
 * have made it, whichever is larger, in units of 1 KB; in a transaction each item twice.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html#write-operation-consumption
 *
 * @param keyNames the names of the table's keys
 */
export async function unitsOfRefusal(
  call: EngineCall,
  input: WriteInput,
  keyNames: readonly string[],
): Promise<number> {
  const { TransactItems } = input;
  const writes = TransactItems?.flatMap((item) => Object.values(item)) ?? [input];
  const units = await Promise.all(
    writes.map(async (write = {}) => {
      const existing = await existingItem(call, write, keyNames);
      const size = Math.max(existing ? itemSize(existing) : 0, itemSize(resultOf(write, existing)));
      return Math.max(1, Math.ceil(size / 1024));
    }),
  );
  return units.reduce((sum, one) => sum + one, 0) * (TransactItems === undefined ? 1 : 2);
}

async function existingItem(call: EngineCall, write: Write, keyNames: readonly string[]) {
  const named = write.Key ?? write.Item ?? {};
  const Key = Object.fromEntries(keyNames.map((name) => [name, named[name]]));
  const input = { TableName: write.TableName, Key, ConsistentRead: true };
  const { Item: found } = await call<{ Item?: Item }>('GetItem', input);
  return found;
}

/** What would have been stored. An update's expression is not run: what it sets replaces, and what else it names is added. */
function resultOf(write: Write, existing: Item | undefined): Item {
  if (write.Item !== undefined) return write.Item;
  const { UpdateExpression = '', ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = write;
  const result: Record<string, AttributeValue> = { ...write.Key, ...existing };
  const rest = UpdateExpression.replace(/([#\w]+)\s*=\s*(:\w+)/g, (whole, name: string, value: string) => {
    const set = ExpressionAttributeValues[value];
    if (set === undefined) return whole;
    result[ExpressionAttributeNames[name] ?? name] = set;
    return '';
  });
  for (const [value] of rest.matchAll(/:\w+/g)) {
    const added = ExpressionAttributeValues[value];
    if (added !== undefined) result[value] = added;
  }
  return result;
}
