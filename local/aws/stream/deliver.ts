import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationResult } from '../../invoker.ts';
import type { EventSourceSpec } from '../../model.ts';
import type { StreamRecord } from './reader.ts';

export interface DeliverOptions {
  readonly spec: Pick<EventSourceSpec, 'reportsItemFailures' | 'bisectsOnError' | 'maximumRetries'>;
  invoke(records: readonly StreamRecord[]): Promise<InvocationResult>;
  /** Called with the records that still failed after the last retry. */
  giveUp(records: readonly StreamRecord[], problem: string): void;
  /** The delay before a retry. Retries are numbered from 1. */
  readonly delayMs?: (retry: number) => number;
  readonly signal: AbortSignal;
}

const backoffMs = (retry: number) => Math.min(100 * 2 ** retry, 10_000);

/**
 * Delivers records to a function as Lambda's event source mapping does. Failed records are retried, from the first failed
 * item on if the function reports it. With `bisectsOnError` a failed batch is split in halves, which costs no retry.
 * Records that fail too often are given up.
 *
 * @returns false if `signal` stopped it before all records were handled
 */
export async function deliver(records: readonly StreamRecord[], options: DeliverOptions): Promise<boolean> {
  const { spec, signal, delayMs = backoffMs } = options;
  let rest = records;
  for (let retry = 1; ; retry += 1) {
    const failure = failureOf(await options.invoke(rest), rest, spec.reportsItemFailures);
    if (failure === undefined) return true;
    rest = rest.slice(failure.from);
    if (signal.aborted) return false;
    if (spec.bisectsOnError && failure.from === 0 && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      return (await deliver(rest.slice(0, middle), options)) && (await deliver(rest.slice(middle), options));
    }
    if (spec.maximumRetries >= 0 && retry > spec.maximumRetries) {
      options.giveUp(rest, failure.problem);
      return true;
    }
    await sleep(delayMs(retry), undefined, { signal }).catch(() => {});
    if (signal.aborted) return false;
  }
}

interface Failure {
  /** The index of the first failed record. */
  readonly from: number;
  readonly problem: string;
}

function failureOf(
  result: InvocationResult,
  records: readonly StreamRecord[],
  reportsItemFailures: boolean,
): Failure | undefined {
  if (!result.ok) return { from: 0, problem: `${result.errorType}: ${result.errorMessage}` };
  const value = result.value as { batchItemFailures?: { itemIdentifier?: unknown }[] } | null | undefined;
  const failures = value?.batchItemFailures;
  if (!reportsItemFailures || !Array.isArray(failures) || failures.length === 0) return undefined;
  const indices = failures.map(({ itemIdentifier }) =>
    records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
  );
  // An unknown identifier fails the whole batch, as on AWS.
  const from = indices.includes(-1) ? 0 : Math.min(...indices);
  return { from, problem: `the function reported ${failures.length} failed items` };
}
