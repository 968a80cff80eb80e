import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { account, arn } from './assembly/account.ts';
import { type Assumed, nothingAssumed } from './assumptions.ts';
import type { EngineCall } from './aws/engine-call.ts';
import { type EventSource, startEventSource } from './aws/stream/event-source.ts';
import { streamReader } from './aws/stream/reader.ts';
import type { Invoker } from './invoker.ts';
import type { EventSourceSpec, TableSpec } from './model.ts';
import { writeFileAtomically } from './state-folder.ts';

export interface EventSourcesOptions {
  readonly call: EngineCall;
  readonly table: TableSpec;
  readonly streamArn: string;
  readonly invoker: Invoker;
  /** The folder for positions and dead letters. Without it, positions are in memory and dead letters are dropped. */
  readonly folder: string | undefined;
  readonly assumed?: Assumed;
  onLog(functionName: string, line: string): void;
}

/** Starts all event sources of the table's stream, each at its stored position. */
export function startEventSources(
  specs: readonly EventSourceSpec[],
  options: EventSourcesOptions,
): Promise<EventSource[]> {
  return Promise.all(specs.map((spec) => start(spec, options)));
}

async function start(spec: EventSourceSpec, options: EventSourcesOptions): Promise<EventSource> {
  const { call, table, streamArn, invoker, folder, assumed = nothingAssumed, onLog } = options;
  const { functionName } = spec;
  const position = streamPosition(folder && join(folder, `stream-${functionName}.json`));
  const after = position.load(streamArn);
  const reader = await streamReader(call, streamArn, after === undefined ? 'TRIM_HORIZON' : { after });
  const eventSourceARN = `${arn('dynamodb', `table/${table.name}`)}/stream/local`;

  return startEventSource({
    spec,
    reader,
    assumed,
    invoke: (records) =>
      invoker.invoke(functionName, {
        Records: records.map((record) => ({ ...record, awsRegion: account.region, eventSourceARN })),
      }),
    giveUp(records, problem) {
      const kept =
        spec.hasDeadLetters &&
        folder !== undefined &&
        attempt('keep dead letters', () => keepDeadLetters(folder, functionName, { problem, records }));
      onLog(
        functionName,
        `gave up on ${records.length} stream records (${problem})${kept ? ': see dead-letters' : ''}`,
      );
    },
    onProblem: (error) => onLog(functionName, `cannot read the table's stream: ${error}`),
    // The next save may succeed. After a crash before that, records are delivered a second time.
    savePosition(sequenceNumber) {
      attempt('save the position in the stream', () => position.save(streamArn, sequenceNumber));
    },
  });

  /** Returns whether it worked. A disk that is full must not end the runtime. */
  function attempt(what: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      onLog(functionName, `cannot ${what}: ${(error as Error).message}`);
      return false;
    }
  }
}

/** Appends one line for each batch. */
function keepDeadLetters(folder: string, functionName: string, letter: object): void {
  const letters = join(folder, 'dead-letters');
  mkdirSync(letters, { recursive: true });
  const line = JSON.stringify({ at: new Date().toISOString(), ...letter });
  appendFileSync(join(letters, `${functionName}.jsonl`), `${line}\n`, { mode: 0o600 });
}

interface Saved {
  readonly streamArn: string;
  readonly sequenceNumber: string;
}

interface Position {
  /** The sequence number of the last handled record of this stream. */
  load(streamArn: string): string | undefined;
  save(streamArn: string, sequenceNumber: string): void;
}

/** The position of a function in a stream, stored in `file`, or in memory without a file. */
function streamPosition(file: string | undefined): Position {
  let saved: Saved | undefined =
    file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return {
    // Another ARN is another stream, where the sequence number has no meaning.
    load: (streamArn) => (saved?.streamArn === streamArn ? saved.sequenceNumber : undefined),
    save(streamArn, sequenceNumber) {
      saved = { streamArn, sequenceNumber };
      if (file !== undefined) writeFileAtomically(file, JSON.stringify(saved));
    },
  };
}
