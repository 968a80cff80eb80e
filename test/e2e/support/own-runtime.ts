import { afterAll, beforeAll, inject } from 'vitest';
import type { Runtime, RuntimeOptions } from '../../../local/runtime.ts';
import { assertNoScan } from './no-scan.ts';

/** Why a suite that needs a runtime of its own is skipped; empty when it runs. */
export const notOurs = inject('notOurs');

type Options = Pick<RuntimeOptions, 'limits' | 'context'>;

/** Starts a runtime for the tests around, with limits or a configuration that the shared one does not have. */
export function ownRuntime(options: Options = {}): () => Runtime {
  let runtime: Runtime;
  beforeAll(async () => {
    const { startRuntime } = await import('../../../local/runtime.ts');
    runtime = await startRuntime({ port: 0, memory: true, onLog: () => {}, ...options });
  });
  afterAll(async () => {
    if (!runtime) return; // it could not start, which `beforeAll` has told
    await runtime.stop();
    assertNoScan(runtime);
  });
  return () => runtime;
}
