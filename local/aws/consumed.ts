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
