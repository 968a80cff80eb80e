import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { batchGet, batchWrite } from './batches.ts';
import { invalid } from './errors.ts';
import { query } from './query.ts';
import type { Key, State } from './state.ts';
import { transact, type WriteInput, write } from './writes.ts';

/** The faults of a table. */
export interface Condition {
  /** How many writes an eventually consistent read is behind. In a batch, by the index of the key. */
  readonly lag: (index: number) => number;
  /** How many items of a batch are processed. */
  readonly processed: number;
}

export const FRESH: Condition = { lag: () => 0, processed: Number.POSITIVE_INFINITY };

/** Executes one command of the Document client at once. A command that the code does not use is an error. */
export function execute(state: State, command: object, condition: Condition = FRESH): object {
  if (command instanceof GetCommand) {
    const { Key, ConsistentRead } = command.input;
    const Item = state.get(Key as unknown as Key, ConsistentRead ? 0 : condition.lag(0));
    return Item ? { Item } : {};
  }
  if (command instanceof QueryCommand) {
    return query(state, command.input, command.input.ConsistentRead ? 0 : condition.lag(0));
  }
  if (command instanceof PutCommand) return write(state, 'Put', command.input as WriteInput);
  if (command instanceof UpdateCommand) return write(state, 'Update', command.input as WriteInput);
  if (command instanceof DeleteCommand) return write(state, 'Delete', command.input as WriteInput);
  if (command instanceof TransactWriteCommand) return transact(state, command.input);
  if (command instanceof BatchGetCommand) return batchGet(state, command.input, condition);
  if (command instanceof BatchWriteCommand) return batchWrite(state, command.input, condition.processed);
  throw invalid(`the fake table does not know ${command.constructor.name}`);
}
