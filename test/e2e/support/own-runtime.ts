import { afterAll, beforeAll, inject } from 'vitest';
import type { Runtime } from '../../../local/runtime.ts';
import { startWatched, type Watched } from './watched-runtime.ts';

/** The reason why suites with a runtime of their own are skipped. Empty if they run. */
export const notOurs = inject('notOurs');

/** Starts a runtime for the tests of a file, with limits or a configuration that the shared one does not have. */
export function ownRuntime(options?: Parameters<typeof startWatched>[0]): () => Runtime {
  let watched: Watched;
  beforeAll(async () => {
    watched = await startWatched(options);
  });
  // It may not have started. `beforeAll` has then failed already.
  afterAll(() => watched?.end());
  return () => watched.runtime;
}
