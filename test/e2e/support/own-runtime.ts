import { afterAll, beforeAll, inject } from 'vitest';
import type { Runtime } from '../../../local/runtime.ts';
import { startWatched, type Watched } from './watched-runtime.ts';

/** Why a suite that needs a runtime of its own is skipped; empty when it runs. */
export const notOurs = inject('notOurs');

/** Starts a runtime for the tests around, with limits or a configuration that the shared one does not have. */
export function ownRuntime(options?: Parameters<typeof startWatched>[0]): () => Runtime {
  let watched: Watched;
  beforeAll(async () => {
    watched = await startWatched(options);
  });
  // It may not have started, which `beforeAll` has told.
  afterAll(() => watched?.end());
  return () => watched.runtime;
}
