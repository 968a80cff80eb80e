import { afterAll, beforeAll, inject } from 'vitest';
import type { Runtime } from '../../../local/runtime.ts';

/** Why a suite that needs a runtime of its own is skipped; empty when it runs. */
export const notOurs = inject('notOurs');

type Options = Pick<
  Parameters<typeof import('../../../local/runtime.ts').startRuntime>[0],
  'limits' | 'context'
>;

/** Starts a runtime for the tests around, with limits or a configuration that the shared one does not have. */
export function ownRuntime(options: Options = {}): () => Runtime {
  let runtime: Runtime;
  beforeAll(async () => {
    const { startRuntime } = await import('../../../local/runtime.ts');
    runtime = await startRuntime({ port: 0, memory: true, onLog: () => {}, ...options });
  });
  afterAll(() => runtime?.stop());
  return () => runtime;
}
