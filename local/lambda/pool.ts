import { setTimeout as delay } from 'node:timers/promises';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import type { Invoker } from '../invoker.ts';
import type { FunctionSpec } from '../model.ts';
import { functionConcurrency } from './concurrency.ts';
import { startRuntimeApi } from './runtime-api.ts';

export interface FunctionPool extends Invoker {
  /** Refuses new events, waits a moment for running ones, then ends all processes. */
  stop(): Promise<void>;
}

export interface PoolOptions {
  onLog(functionName: string, line: string): void;
  /** The maximum number of processes for each function; default {@link defaultMaximum}. */
  readonly maximumPerFunction?: number;
  readonly assumed?: Assumed;
}

const graceMs = 2000;

/** By default, a function has at most so many processes. */
export const defaultMaximum = 4;

/** Runs functions in their own processes, over the Lambda Runtime API. */
export async function startFunctions(
  specs: readonly FunctionSpec[],
  {
    onLog,
    assumed = nothingAssumed,
    maximumPerFunction = assumed.has('frames-at-once') ? 10 : defaultMaximum,
  }: PoolOptions,
): Promise<FunctionPool> {
  const runtimeApi = await startRuntimeApi();
  const functions = new Map(
    specs.map((spec) => [
      spec.name,
      functionConcurrency(spec, runtimeApi, maximumPerFunction, (line) => onLog(spec.name, line)),
    ]),
  );
  let stopped = false;

  return {
    async invoke(functionName, event, given) {
      const found = functions.get(functionName);
      if (found === undefined || stopped) {
        const errorMessage = stopped ? 'The runtime was stopped' : `Function not found: ${functionName}`;
        return { ok: false, errorType: 'ResourceNotFoundException', errorMessage };
      }
      return found.invoke(event, given);
    },
    async stop() {
      stopped = true;
      const all = [...functions.values()];
      const grace = new AbortController();
      await Promise.race([
        Promise.all(all.map((one) => one.drained())).finally(() => grace.abort()),
        delay(graceMs, undefined, { signal: grace.signal }).catch(() => {}),
      ]);
      await Promise.all(all.map((one) => one.end()));
      await runtimeApi.close();
    },
  };
}
