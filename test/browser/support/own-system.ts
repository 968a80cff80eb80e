import { afterAll, beforeAll } from 'vitest';
import { startWatched, type Watched } from '../../e2e/support/watched-runtime.ts';

/** A separate running system for the tests of a file, with other limits or another configuration. */
export function ownSystem(options: Parameters<typeof startWatched>[0]): () => string {
  let watched: Watched;
  beforeAll(async () => {
    watched = await startWatched(options);
  });
  // It may not have started. Then `beforeAll` has failed.
  afterAll(() => watched?.end());
  return () => watched.runtime.url;
}
