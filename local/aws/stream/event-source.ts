import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSourceSpec, InvocationResult } from '../../model.ts';
import { deliver } from './deliver.ts';
import { compileFilter } from './filter.ts';
import type { StreamReader, StreamRecord } from './reader.ts';

export interface EventSourceOptions {
  readonly spec: EventSourceSpec;
  readonly reader: StreamReader;
  invoke(records: readonly StreamRecord[]): Promise<InvocationResult>;
  giveUp(records: readonly StreamRecord[], problem: string): void;
  /** All up to this record is handled. */
  savePosition(sequenceNumber: string): void;
  /** The stream could not be read; it is tried again. */
  onProblem(error: unknown): void;
}

export interface EventSource {
  /** There may be something to read. */
  wake(): void;
  /** Settles when the batch at hand is done or given back; with `drain`, when all that is in the stream is, for some seconds. */
  stop(options?: { readonly drain: boolean }): Promise<void>;
}

/** A source that nobody wakes finds the records of other writers after this time. */
const idleMs = 1_000;

/** Lambda polls a shard four times a second. The first record after a pause is read at once. */
const pollMs = 250;

/** At the end of the runtime nobody waits for long. */
const drainMs = 2_000;

/** A table's stream calling a function. */
export function startEventSource({ spec, reader, ...options }: EventSourceOptions): EventSource {
  const filters = spec.filters.map(compileFilter);
  const passes = (record: StreamRecord) => filters.length === 0 || filters.some((filter) => filter(record));
  const stopping = new AbortController();
  /** Set at the end: what is in the stream is worked off at once, then the loop ends. */
  let draining = false;
  let wake: (why: 'write' | 'end') => void = () => {};
  let woken = false;

  const ended = loop();
  return {
    wake() {
      woken = true;
      wake('write');
    },
    async stop({ drain } = { drain: false }) {
      draining = drain;
      if (!drain) stopping.abort();
      wake('end');
      const patience = setTimeout(() => stopping.abort(), drainMs);
      await ended;
      clearTimeout(patience);
    },
  };

  async function loop(): Promise<void> {
    const { signal } = stopping;
    let batch: StreamRecord[] = [];
    let windowEnd = 0;
    let read: string | undefined;
    let savedAt = 0;
    let readAt = 0;
    while (!signal.aborted) {
      await rest(readAt + pollMs - Date.now(), signal);
      readAt = Date.now();
      woken = false;
      // Before the read: what is written until then is in it.
      const isLast = draining;
      const limit = spec.batchSize - batch.length;
      const records = await reader.read(limit).catch((error) => {
        options.onProblem(error);
        return [];
      });
      // A full page has more behind it.
      if (records.length === limit) readAt = 0;
      const matching = records.filter(passes);
      if (batch.length === 0) windowEnd = Date.now() + spec.windowSeconds * 1_000;
      batch = [...batch, ...matching];
      read = records.at(-1)?.dynamodb.SequenceNumber ?? read;

      if (batch.length > 0 && (batch.length >= spec.batchSize || isLast || Date.now() >= windowEnd)) {
        const done = await deliver(batch, { ...options, spec, signal });
        if (!done) return;
        batch = [];
        savedAt = 0;
      }
      // Records that the filters leave out may well be read again after a crash, so their position can wait.
      if (batch.length === 0 && read !== undefined && Date.now() > savedAt + idleMs) {
        options.savePosition(read);
        savedAt = Date.now();
        read = undefined;
      }
      if (isLast && records.length === 0) return;
      if (records.length === 0 && !woken) {
        await rest(batch.length === 0 ? idleMs : windowEnd - Date.now(), signal, { wakes: true });
      }
    }
  }

  /** Nothing wakes it before its time but the end and, with `wakes`, a write. */
  async function rest(ms: number, signal: AbortSignal, { wakes } = { wakes: false }): Promise<void> {
    if (ms <= 0 || draining || signal.aborted) return;
    const timer = new AbortController();
    wake = (why) => {
      if (wakes || why === 'end') timer.abort();
    };
    await sleep(ms, undefined, { signal: timer.signal }).catch(() => {});
    wake = () => {};
  }
}
