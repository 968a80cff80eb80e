import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../../functions/storage/table.ts';
import { execute } from '../../simulation/support/table/execute.ts';
import { State } from '../../simulation/support/table/state.ts';

/** What ends a function between two steps. */
export class Killed extends Error {}

export interface MemoryTable {
  readonly table: Table;
  readonly state: State;
  /** Every command that was done, by its name. */
  readonly commands: string[];
  /** The next `count` commands are done, those behind them are not: whoever sends one is killed. */
  killAfter(count: number): void;
}

/**
 * A table in memory that understands the commands of functions/storage; each test has its own. Its Queries end after
 * `pageBytes`, as DynamoDB's end after 1 MB.
 */
export function memoryTable({ pageBytes }: { pageBytes?: number | undefined } = {}): MemoryTable {
  const state = new State(undefined, undefined, pageBytes);
  const commands: string[] = [];
  let left = Number.POSITIVE_INFINITY;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  Object.assign(client, {
    async send(command: object) {
      if (left <= 0) throw new Killed();
      left -= 1;
      commands.push(command.constructor.name.replace('Command', ''));
      return execute(state, command);
    },
  });
  return {
    table: { client, name: 'parley-test', backoff: async () => {} },
    state,
    commands,
    killAfter: (count) => {
      left = count;
    },
  };
}
