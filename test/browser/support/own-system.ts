import { afterAll, beforeAll } from 'vitest';
import { startWatched, type Watched } from '../../e2e/support/watched-runtime.ts';

/** A separate running system for the tests of a file, with other limits or another configuration. */
export function ownRuntime(options: Parameters<typeof startWatched>[0]): () => Watched['runtime'] {
  let watched: Watched;
  beforeAll(async () => {
    watched = await startWatched(options);
  });
  // It may not have started. Then `beforeAll` has failed.
  afterAll(() => watched?.end());
  return () => watched.runtime;
}

/** The same, if a test needs no more of it than its address. */
export function ownSystem(options: Parameters<typeof startWatched>[0]): () => string {
  const runtime = ownRuntime(options);
  return () => runtime().url;
}
