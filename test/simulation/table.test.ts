import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, startDynoxide } from '../../local/aws/dynoxide.ts';
import { findDynoxide } from '../../local/aws/find-engine.ts';
import { documentClient } from '../support/memory-table.ts';
import { execute } from '../support/table/execute.ts';
import { State } from '../support/table/state.ts';
import { rawCommands } from './support/comparison/raw-commands.ts';
import { type Recorded, recording } from './support/comparison/recording.ts';
import { storageCalls } from './support/comparison/storage-calls.ts';
import { TABLE, toCommand } from './support/comparison/to-command.ts';

const RUNS = 40;

/** The optional binary does not exist on every platform. */
const hasEngine = (() => {
  try {
    return findDynoxide() !== '';
  } catch {
    return false;
  }
})();

describe.skipIf(!hasEngine)('the fake table answers as DynamoDB does', { timeout: 120_000 }, () => {
  let engine: Engine;
  let real: DynamoDBDocumentClient;
  let run = 0;

  beforeAll(async () => {
    engine = await startDynoxide(undefined);
    const client = new DynamoDBClient({
      endpoint: engine.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      }),
    );
    real = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  });
  afterAll(() => engine?.stop());

  /** Sends the same to both. Each run has its own partitions. */
  async function bothAnswer(act: (send: DynamoDBDocumentClient, run: number) => Promise<unknown>) {
    run += 1;
    const state = new State();
    const answers: Recorded[][] = [];
    for (const send of [
      (command: object) => real.send(command as Parameters<typeof real.send>[0]),
      async (command: object) => execute(state, command),
    ]) {
      const recorded: Recorded[] = [];
      await act(documentClient(recording(send, recorded)), run);
      answers.push(recorded);
    }
    return answers;
  }

  test('to any sequence of commands', async () => {
    await fc.assert(
      fc.asyncProperty(rawCommands, async (commands) => {
        const [wanted, got] = await bothAnswer(async (client, partition) => {
          for (const command of commands) {
            const send = client.send as (command: object) => Promise<object>;
            await send(toCommand(command, `P${partition}#`)).catch(() => undefined);
          }
        });
        expect(got).toEqual(wanted);
      }),
      { numRuns: RUNS },
    );
  });

  test('to every call of functions/storage', async () => {
    await fc.assert(
      fc.asyncProperty(storageCalls, async (calls) => {
        const [wanted, got] = await bothAnswer(async (client, users) => {
          for (const call of calls) await call({ client, name: TABLE, backoff: async () => {} }, users);
        });
        expect(got).toEqual(wanted);
      }),
      { numRuns: RUNS },
    );
  });
});
