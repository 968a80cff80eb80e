import type { CountWork } from '../core/rate-limit/rate-limit.ts';

interface Asked {
  input: object;
}

interface Answered {
  readonly output: { readonly ConsumedCapacity?: Capacity | readonly Capacity[] };
}

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Client {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: Asked) => Promise<Answered>,
        context: { readonly commandName?: string },
      ) => (args: Asked) => Promise<Answered>,
      options: object,
    ): void;
  };
}

const READS = /^(?:Get|BatchGet|Query)/;

/** A failed condition is billed as a write of the larger item, but no error tells the units. */
const REFUSED = new Set(['ConditionalCheckFailedException', 'TransactionCanceledException']);

/** Makes a DynamoDB client count the capacity that its requests consume. */
export function countingCapacity<T extends object>(client: T, count: CountWork): T {
  (client as unknown as Client).middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const unit = READS.test(commandName) ? 'rru' : 'wru';
        try {
          const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
          count({ [unit]: unitsOf(answer) });
          return answer;
        } catch (error) {
          if (error instanceof Error && REFUSED.has(error.name)) count({ wru: unitsOfItem(args.input) });
          throw error;
        }
      },
    { step: 'initialize', name: 'consumedCapacity', override: true },
  );
  return client;
}

function unitsOf({ output: { ConsumedCapacity = [] } }: Answered): number {
  return [ConsumedCapacity].flat().reduce((total, { CapacityUnits = 0 }) => total + CapacityUnits, 0);
}

/** In units of 1 KB, roughly: names and punctuation of the request count too. */
function unitsOfItem(input: object): number {
  const lengthOf = (_: string, value: unknown) =>
    ArrayBuffer.isView(value) ? ' '.repeat(value.byteLength) : value;
  return Math.ceil(JSON.stringify(input, lengthOf).length / 1024);
}
