import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../functions/storage/table.ts';
import { execute } from './table/execute.ts';
import { type Key, State } from './table/state.ts';
import type { Item } from './table/value.ts';

/** Ends a function between two steps. */
export class Killed extends Error {}

export interface MemoryTable {
  readonly table: Table;
  readonly state: State;
  /** Executes a command of the Document client. */
  readonly send: Send;
  /** The names of all executed commands. */
  readonly commands: string[];
  /** Stores an item under its own `pk` and `sk`. */
  store(item: object): void;
  /** Executes the next `count` commands. Each later one throws `Killed`. */
  killAfter(count: number): void;
}

type Send = (command: object) => Promise<object>;
type Middleware = (next: (args: object) => Promise<object>) => (args: object) => Promise<object>;

/** A table in memory that executes the commands of functions/storage. */
export function memoryTable(state = new State()): MemoryTable {
  const commands: string[] = [];
  let left = Number.POSITIVE_INFINITY;
  const send = async (command: object) => {
    if (left <= 0) throw new Killed();
    left -= 1;
    commands.push(command.constructor.name.replace('Command', ''));
    return execute(state, command);
  };
  return {
    table: { client: documentClient(send), name: 'parley-test', backoff: async () => {} },
    state,
    send,
    commands,
    store(item) {
      const { pk, sk } = item as Key;
      state.set({ pk, sk }, item as Item);
    },
    killAfter(count) {
      left = count;
    },
  };
}

/**
 * A Document client that passes every command to `send`. It is an instance of the SDK's class, because the SDK's paginators
 * require that. It runs the middleware of `tableWith`, so that faults of the store are handled as on AWS.
 */
export function documentClient(send: Send): DynamoDBDocumentClient {
  let call = send;
  const middlewareStack = {
    add(middleware: Middleware) {
      call = middleware(call);
    },
  };
  return Object.assign(Object.create(DynamoDBDocumentClient.prototype) as DynamoDBDocumentClient, {
    middlewareStack,
    send: (command: object) => call(command),
  });
}
