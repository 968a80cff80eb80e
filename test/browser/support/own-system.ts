import { afterAll, beforeAll } from 'vitest';
import { startWatched, type Watched } from '../../e2e/support/watched-runtime.ts';

/** A running system for the tests around, with limits or a configuration that the shared one does not have. */
export function ownSystem(options: Parameters<typeof startWatched>[0]): () => string {
  let watched: Watched;
  beforeAll(async () => {
    watched = await startWatched(options);
  });
  // It may not have started, which `beforeAll` has told.
  afterAll(() => watched?.end());
  return () => watched.runtime.url;
}
