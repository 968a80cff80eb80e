import type { FunctionSpec, Invoker } from '../model.ts';

export interface FunctionPool extends Invoker {
  /** Events given to each function since the start. */
  invocations(): Record<string, number>;
  /** Refuses new events, lets running ones end for a moment, then ends every process. */
  stop(): Promise<void>;
}

export interface PoolOptions {
  onLog(functionName: string, line: string): void;
  readonly maximumPerFunction?: number;
}

/**
 * Runs functions in processes of their own, over the Lambda Runtime API.
 *
 * A function's AWS_ACCESS_KEY_ID is its name, so that the local AWS endpoints can tell from a request's
 * signature which function sent it.
 */
export async function startFunctions(
  _specs: readonly FunctionSpec[],
  _options: PoolOptions,
): Promise<FunctionPool> {
  throw new Error('being written');
}
