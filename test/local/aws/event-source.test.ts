import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Assumed, nothingAssumed } from '../../../local/assumptions.ts';
import type { EventSource } from '../../../local/aws/stream/event-source.ts';
import type { StreamRecord } from '../../../local/aws/stream/reader.ts';
import { startEventSources } from '../../../local/event-sources.ts';
import type { InvocationResult } from '../../../local/invoker.ts';
import type { EventSourceSpec } from '../../../local/model.ts';
import { engineWithTable, tableSpec } from './engine.ts';

const functionName = 'parley-dev-changes';
const spec: EventSourceSpec = {
  functionName,
  batchSize: 10,
  windowSeconds: 0,
  reportsItemFailures: true,
  bisectsOnError: true,
  maximumRetries: 1,
  filters: [{ dynamodb: { Keys: { sk: { S: [{ prefix: 'WANTED#' }] } } } }],
  hasDeadLetters: true,
};

/** Long enough for a busy machine; each wait ends as soon as its condition holds. */
const until = (condition: () => void) => vi.waitFor(condition, 10_000);

describe('an event source of the table’s stream', () => {
  const table = engineWithTable({ each: true });
  const started: EventSource[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((source) => source.stop()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function stateFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'parley-stream-'));
    folders.push(folder);
    return folder;
  }

  /** Starts it in a folder. `answer` is the result of the function, and `seen` has the keys of each of its batches. */
  async function follow(
    folder: string | undefined,
    {
      answer = () => null,
      change = {},
      assumed = nothingAssumed,
    }: {
      answer?: (keys: string[], records: StreamRecord[]) => unknown;
      change?: Partial<EventSourceSpec>;
      assumed?: Assumed;
    } = {},
  ) {
    const seen: string[][] = [];
    const events: unknown[] = [];
    const log: string[] = [];
    const invoke = async (_: string, event: unknown): Promise<InvocationResult> => {
      const { Records } = event as { Records: StreamRecord[] };
      const keys = Records.map(({ dynamodb }) => dynamodb.Keys.sk?.S ?? '');
      seen.push(keys);
      events.push(event);
      try {
        return { ok: true, value: answer(keys, Records) };
      } catch (error) {
        return { ok: false, errorType: 'Error', errorMessage: (error as Error).message };
      }
    };
    const { call, streamArn } = table();
    const [source] = await startEventSources([{ ...spec, ...change }], {
      call,
      table: tableSpec,
      streamArn,
      invoker: { invoke },
      folder,
      assumed,
      onLog: (_, line) => log.push(line),
    });
    if (source === undefined) throw new Error('nothing started');
    started.push(source);
    return { seen, events, log, source };
  }

  it("passes matching records to the function in Lambda's form", async () => {
    const { seen, events, source } = await follow(stateFolder());
    await table().put('IGNORED#1');
    await table().put('WANTED#1', { n: { N: '1' } });
    source.wake();
    await until(() => expect(seen.flat()).toEqual(['WANTED#1']));
    expect(events).toEqual([
      {
        Records: [
          {
            eventID: expect.any(String),
            eventName: 'INSERT',
            eventVersion: '1.1',
            eventSource: 'aws:dynamodb',
            awsRegion: 'us-east-1',
            eventSourceARN: expect.stringMatching(
              /^arn:aws:dynamodb:us-east-1:\d{12}:table\/chat-table\/stream\//,
            ),
            dynamodb: {
              ApproximateCreationDateTime: expect.any(Number),
              Keys: { pk: { S: 'A' }, sk: { S: 'WANTED#1' } },
              NewImage: { pk: { S: 'A' }, sk: { S: 'WANTED#1' }, n: { N: '1' } },
              SequenceNumber: expect.stringMatching(/^\d+$/),
              SizeBytes: expect.any(Number),
              StreamViewType: 'NEW_AND_OLD_IMAGES',
            },
          },
        ],
      },
    ]);
  });

  it('passes each batch twice with stream-twice', async () => {
    const { seen, source } = await follow(stateFolder(), { assumed: new Set(['stream-twice']) });
    await table().put('WANTED#1');
    source.wake();
    await until(() => expect(seen).toEqual([['WANTED#1'], ['WANTED#1']]));
  });

  it('finds the writes of others without a wake-up', async () => {
    const { seen } = await follow(undefined);
    await table().put('WANTED#1');
    await until(() => expect(seen.flat()).toContain('WANTED#1'));
    await table().put('WANTED#unannounced');
    await until(() => expect(seen.flat()).toContain('WANTED#unannounced'));
  });

  it('continues after its last batch when the runtime restarts', async () => {
    const folder = stateFolder();
    const first = await follow(folder);
    await table().put('WANTED#2');
    first.source.wake();
    await until(() => expect(first.seen.flat()).toContain('WANTED#2'));
    await first.source.stop();
    await table().put('WANTED#3');

    const second = await follow(folder);
    await until(() => expect(second.seen.flat()).toEqual(['WANTED#3']));
  });

  it('delivers a batch again that was not finished when the runtime was killed', async () => {
    const folder = stateFolder();
    await table().put('WANTED#1');
    const interrupted = await follow(folder, {
      answer: () => {
        throw new Error('not now');
      },
      change: { maximumRetries: -1, bisectsOnError: false },
    });
    await until(() => expect(interrupted.seen.length).toBeGreaterThan(0));
    await interrupted.source.stop();

    const second = await follow(folder);
    await until(() => expect(second.seen[0]).toEqual(interrupted.seen[0]));
  });

  it('delivers the rest of the stream before it stops with drain, without waiting for its window', async () => {
    const folder = stateFolder();
    const { seen, source } = await follow(folder, { change: { windowSeconds: 60, batchSize: 2 } });
    for (const sk of ['WANTED#d1', 'WANTED#d2', 'WANTED#d3']) await table().put(sk);
    await source.stop({ drain: true });
    expect(seen.flat()).toEqual(expect.arrayContaining(['WANTED#d1', 'WANTED#d2', 'WANTED#d3']));
    const next = await follow(folder);
    await table().put('WANTED#d4');
    next.source.wake();
    await until(() => expect(next.seen.flat()).toEqual(['WANTED#d4']));
  });

  it('collects records during its window, up to the batch size', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await table().put(`WANTED#${key}`);
    const { seen } = await follow(undefined, { change: { windowSeconds: 1, batchSize: 3 } });
    await until(() => expect(seen).toEqual([['WANTED#a', 'WANTED#b', 'WANTED#c'], ['WANTED#d']]));
  });

  it('retries reported failures, and then stores a dead letter', async () => {
    const folder = stateFolder();
    const { seen, log, source } = await follow(folder, {
      answer: (keys, records) => {
        const index = keys.indexOf('WANTED#poison');
        const SequenceNumber = records[index]?.dynamodb.SequenceNumber;
        return {
          batchItemFailures: SequenceNumber === undefined ? [] : [{ itemIdentifier: SequenceNumber }],
        };
      },
    });
    for (const key of ['a', 'poison', 'b']) await table().put(`WANTED#${key}`);
    source.wake();
    await until(() => expect(log).toHaveLength(1));
    await table().put('WANTED#after');
    source.wake();
    await until(() => expect(seen.flat()).toContain('WANTED#after'));
    expect(seen.flat().filter((key) => key === 'WANTED#poison').length).toBeGreaterThan(1);
    expect(seen.flat()).toContain('WANTED#b');

    expect(log).toEqual([expect.stringMatching(/^gave up on 1 stream records/)]);
    const letters = readFileSync(join(folder, 'dead-letters', `${functionName}.jsonl`), 'utf8');
    expect(JSON.parse(letters)).toMatchObject({
      problem: 'the function reported 1 failed items',
      records: [{ dynamodb: { Keys: { sk: { S: 'WANTED#poison' } } } }],
    });
  });

  it('goes on while the disk refuses its position and its dead letters, and saves them later', async () => {
    const folder = stateFolder();
    const obstacle = join(folder, `stream-${functionName}.json.new`);
    mkdirSync(obstacle);
    writeFileSync(join(folder, 'dead-letters'), '');
    const { seen, log, source } = await follow(folder, {
      answer: (keys) => {
        if (keys.includes('WANTED#poison')) throw new Error('not this one');
        return null;
      },
    });
    for (const key of ['poison', 'a']) await table().put(`WANTED#${key}`);
    source.wake();
    await until(() =>
      expect(log).toContainEqual(expect.stringMatching(/^cannot save the position in the stream: /)),
    );
    expect(log).toContainEqual(expect.stringMatching(/^cannot keep dead letters: /));
    expect(log).toContainEqual(expect.stringMatching(/^gave up on 1 stream records .*not this one\)$/));
    await until(() => expect(seen.flat()).toContain('WANTED#a'));

    rmSync(obstacle, { recursive: true });
    await table().put('WANTED#b');
    source.wake();
    await until(() => expect(readdirSync(folder)).toContain(`stream-${functionName}.json`));
  });
});
