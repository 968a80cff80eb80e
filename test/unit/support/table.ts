import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach } from 'vitest';
import { tableWith } from '../../../functions/storage/table.ts';
import { type MemoryTable, memoryTable } from '../../support/memory-table.ts';

/** The document client of this test file, which sends nothing; a command without an answer gets an empty one. */
export const documents = mockClient(DynamoDBDocumentClient);

/** For how long the adapters waited between their rounds, in milliseconds. */
export const waits: number[] = [];

export const table = tableWith(
  DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })),
  'parley-test',
  { wait: async (milliseconds) => void waits.push(milliseconds), random: () => 0.5 },
);

beforeEach(() => {
  documents.reset();
  waits.length = 0;
  documents.onAnyCommand().resolves({});
});

/** Lets a table in memory answer every command. Entries open their own table, so the client itself is replaced. */
export function documentsInMemory(): MemoryTable {
  const memory = memoryTable();
  documents.reset();
  documents.send.callsFake(memory.send as () => Promise<never>);
  return memory;
}

/** Every command that was sent, whole: its name and its input. */
export function sent(): [name: string, input: unknown][] {
  return documents.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);
}

/** The condition of a write does not hold; `Item` is what is stored, in DynamoDB's own notation. */
export function conditionFailed(Item?: ConditionalCheckFailedException['Item']) {
  return new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
    ...(Item && { Item }),
  });
}
