import { setTimeout as sleep } from 'node:timers/promises';
import { type Assumed, nothingAssumed } from '../../assumptions.ts';
import type { InvocationResult } from '../../invoker.ts';
import type { EventSourceSpec } from '../../model.ts';
import { deliver } from './deliver.ts';
import { compileFilter } from './filter.ts';
import type { StreamReader, StreamRecord } from './reader.ts';

export interface EventSourceOptions {
  readonly spec: EventSourceSpec;
  readonly reader: StreamReader;
  readonly assumed?: Assumed;
  invoke(records: readonly StreamRecord[]): Promise<InvocationResult>;
  giveUp(records: readonly StreamRecord[], problem: string): void;
  /** Called when all records up to this one are handled. */
  savePosition(sequenceNumber: string): void;
  /** Called if a read of the stream failed. It is retried. */
  onProblem(error: unknown): void;
}

export interface EventSource {
  /** Tells the event source that the stream may have new records. */
  wake(): void;
  /** Ends after the current batch, done or interrupted. With `drain` it first delivers the whole stream, for 2 seconds. */
  stop(options?: { readonly drain: boolean }): Promise<void>;
}

/** Without a wake-up, an event source looks for the writes of others after this time. */
const idleMs = 1_000;

/** Lambda polls a shard four times a second. The first record after a pause is read at once. */
const pollMs = 250;

/** The end of the runtime must not take long. */
const drainMs = 2_000;

/** Reads a table's stream and calls a function with its records. */
export function startEventSource({
  spec,
  reader,
  assumed = nothingAssumed,
  ...options
}: EventSourceOptions): EventSource {
  const filters = spec.filters.map(compileFilter);
  const passes = (record: StreamRecord) => filters.length === 0 || filters.some((filter) => filter(record));
  const stopping = new AbortController();
  /** True at the end: the loop delivers the rest of the stream without pauses, then ends. */
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
      // Set before the read. The last read then contains everything that was written before `stop`.
      const isLast = draining;
      const limit = spec.batchSize - batch.length;
      const records = await reader.read(limit).catch((error) => {
        options.onProblem(error);
        return [];
      });
      // After a full page there may be more records, so the next read follows at once.
      if (records.length === limit) readAt = 0;
      const matching = records.filter(passes);
      if (batch.length === 0) windowEnd = Date.now() + spec.windowSeconds * 1_000;
      batch = [...batch, ...matching];
      read = records.at(-1)?.dynamodb.SequenceNumber ?? read;

      if (batch.length > 0 && (batch.length >= spec.batchSize || isLast || Date.now() >= windowEnd)) {
        for (let times = assumed.has('stream-twice') ? 2 : 1; times > 0; times -= 1) {
          const done = await deliver(batch, { ...options, spec, signal });
          if (!done) return;
        }
        batch = [];
        savedAt = 0;
      }
      // A position after skipped records is saved later. After a crash they are read and skipped again.
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

  /** Waits for `ms`. `stop` ends the wait early; with `wakes`, a write does too. */
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
