import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { account, arn } from './assembly/account.ts';
import type { EngineCall } from './aws/engine-call.ts';
import { type EventSource, startEventSource } from './aws/stream/event-source.ts';
import { streamPosition } from './aws/stream/position.ts';
import { streamReader } from './aws/stream/reader.ts';
import type { Invoker } from './invoker.ts';
import type { EventSourceSpec, TableSpec } from './model.ts';

export interface EventSourcesOptions {
  readonly call: EngineCall;
  readonly table: TableSpec;
  readonly streamArn: string;
  readonly invoker: Invoker;
  /** Where positions and dead letters are kept; nowhere without it. */
  readonly folder: string | undefined;
  onLog(functionName: string, line: string): void;
}

/** Starts every function that follows the table's stream, each from where it was. */
export function startEventSources(
  specs: readonly EventSourceSpec[],
  options: EventSourcesOptions,
): Promise<EventSource[]> {
  return Promise.all(specs.map((spec) => start(spec, options)));
}

async function start(spec: EventSourceSpec, options: EventSourcesOptions): Promise<EventSource> {
  const { call, table, streamArn, invoker, folder, onLog } = options;
  const { functionName } = spec;
  const position = streamPosition(folder && join(folder, `stream-${functionName}.json`));
  const after = position.load(streamArn);
  const reader = await streamReader(call, streamArn, after === undefined ? 'TRIM_HORIZON' : { after });
  const eventSourceARN = `${arn('dynamodb', `table/${table.name}`)}/stream/local`;

  return startEventSource({
    spec,
    reader,
    invoke: (records) =>
      invoker.invoke(functionName, {
        Records: records.map((record) => ({ ...record, awsRegion: account.region, eventSourceARN })),
      }),
    giveUp(records, problem) {
      const kept = spec.hasDeadLetters && folder !== undefined;
      if (kept) keepDeadLetters(folder, functionName, { problem, records });
      onLog(
        functionName,
        `gave up on ${records.length} stream records (${problem})${kept ? ': see dead-letters' : ''}`,
      );
    },
    onProblem: (error) => onLog(functionName, `the table's stream cannot be read: ${error}`),
    savePosition: (sequenceNumber) => position.save(streamArn, sequenceNumber),
  });
}

/** One line a batch, the newest last. */
function keepDeadLetters(folder: string, functionName: string, letter: object): void {
  const letters = join(folder, 'dead-letters');
  mkdirSync(letters, { recursive: true });
  const line = JSON.stringify({ at: new Date().toISOString(), ...letter });
  appendFileSync(join(letters, `${functionName}.jsonl`), `${line}\n`, { mode: 0o600 });
}
