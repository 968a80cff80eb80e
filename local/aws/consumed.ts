/** What a request took of the table's capacity, in write and read request units. */
export interface Consumed {
  readonly wru: number;
  readonly rru: number;
}

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Answer {
  /** One for a request about one table, a list for batches and transactions. */
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

interface Refusal {
  readonly __type?: string;
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

const reads = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem', 'TransactGetItems']);
const writes = new Set([...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']]);

/** Whether an operation is one that takes `ReturnConsumedCapacity` and uses capacity. */
export function usesCapacity(operation: string): boolean {
  return reads.has(operation) || writes.has(operation);
}

export function isWrite(operation: string): boolean {
  return writes.has(operation);
}

/** From what the engine reports with `ReturnConsumedCapacity`. */
export function consumedBy(operation: string, { ConsumedCapacity = [] }: Answer): Consumed {
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return reads.has(operation) ? { wru: 0, rru: units } : { wru: units, rru: 0 };
}

/**
 * A write whose condition fails is charged for, too, though no error reports it: one unit per KB of the item, twice that
 * in a transaction (DynamoDB developer guide, "Capacity unit consumption for write operations"). Items here are taken
 * as up to 1 KB. Other errors are free.
 */
export function consumedByRefusal(
  operation: string,
  { __type = '', CancellationReasons }: Refusal,
): Consumed {
  if (writes.has(operation) && __type.endsWith('ConditionalCheckFailedException')) return { wru: 1, rru: 0 };
  const checked = CancellationReasons?.some(({ Code }) => Code === 'ConditionalCheckFailed') ?? false;
  return { wru: checked ? 2 * (CancellationReasons?.length ?? 0) : 0, rru: 0 };
}
