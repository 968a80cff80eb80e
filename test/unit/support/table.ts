import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tableWith } from '../../../functions/storage/table.ts';
import { type MemoryTable, memoryTable } from '../../support/memory-table.ts';
import { documents } from './mocked-clients.ts';

/** The waits of the adapters between their rounds, in milliseconds. */
export const waits: number[] = [];

export const table = tableWith(
  DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })),
  'parley-test',
  { wait: async (milliseconds) => void waits.push(milliseconds), random: () => 0.5 },
);

/** Lets a table in memory answer every command. Entries open their own table, so the client itself is replaced. */
export function documentsInMemory(): MemoryTable {
  const memory = memoryTable();
  documents.reset();
  documents.send.callsFake(memory.send as () => Promise<never>);
  return memory;
}

/** The name and the input of every command that was sent. */
export function sent(): [name: string, input: unknown][] {
  return documents.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);
}

/**
 * The error of a write whose condition does not hold. `Item` is the stored item in DynamoDB's own notation, `attempts` the
 * number of the SDK's tries.
 */
export function conditionFailed(Item?: ConditionalCheckFailedException['Item'], attempts = 1) {
  return new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: { attempts },
    ...(Item && { Item }),
  });
}
