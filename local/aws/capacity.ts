import type { EngineCall } from './engine-call.ts';

/** The capacity that a request consumed, in write and read request units. */
export interface Consumed {
  readonly wru: number;
  readonly rru: number;
}

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Answer {
  /** A list for batches and transactions. */
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

const reads = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem', 'TransactGetItems']);
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

/** Whether an operation consumes capacity and accepts `ReturnConsumedCapacity`. */
export function usesCapacity(operation: string): boolean {
  return reads.has(operation) || writes.has(operation);
}

export function isWrite(operation: string): boolean {
  return writes.has(operation);
}

/** Reads the capacity that the engine reports with `ReturnConsumedCapacity`. */
export function consumedBy(operation: string, { ConsumedCapacity = [] }: Answer): Consumed {
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return reads.has(operation) ? { wru: 0, rru: units } : { wru: units, rru: 0 };
}

interface Write {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
}

/** The input of a single write or of a transaction. */
export interface WriteInput extends Write {
  readonly TransactItems?: readonly Readonly<Record<string, Write | undefined>>[];
}

interface Refusal {
  readonly __type?: string;
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** Whether a condition failed. */
export function isFailedCondition({ __type = '', CancellationReasons = [] }: Refusal): boolean {
  return (
    __type.endsWith('ConditionalCheckFailedException') ||
    CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')
  );
}

/**
 * The capacity of a write whose condition failed. DynamoDB charges it, but no error reports it. It is the size of the
 * stored or of the new item, whichever is larger, in units of 1 KB. In a transaction each item counts twice.
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

/**
 * Estimates the item that the write would have stored. Update expressions are not evaluated: values in `SET` replace
 * attributes, and all other values are added to the item.
 */
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

/** A value in DynamoDB's JSON: the letters of its type, and its content. */
export type AttributeValue = Readonly<Record<string, unknown>>;

export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * The size of an item in bytes, as DynamoDB counts it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueSize(value)));
}

function valueSize(value: AttributeValue): number {
  const [[type, held] = ['', undefined]] = Object.entries(value);
  switch (type) {
    case 'S':
      return Buffer.byteLength(held as string);
    case 'N':
      return numberSize(held as string);
    case 'B':
      return Buffer.byteLength(held as string, 'base64');
    case 'SS':
      return sum((held as string[]).map((one) => Buffer.byteLength(one)));
    case 'NS':
      return sum((held as string[]).map(numberSize));
    case 'BS':
      return sum((held as string[]).map((one) => Buffer.byteLength(one, 'base64')));
    case 'L':
      return 3 + sum((held as AttributeValue[]).map((one) => 1 + valueSize(one)));
    case 'M':
      return 3 + itemSize(held as Item) + Object.keys(held as Item).length;
    default:
      // BOOL and NULL.
      return 1;
  }
}

/** One byte for every two significant digits, one more byte, and one for a minus sign. */
function numberSize(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e');
  const digits = mantissa.replace(/[^\d]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
