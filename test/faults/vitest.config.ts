import { defineConfig } from 'vitest/config';

/** Faults between the functions and the table. `npm run test:faults` runs them: they need Python. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/faults/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 240_000,
    // A case mostly waits, for a retry or for a timeout.
    maxConcurrency: 8,
    reporters: [['default', { summary: false }]],
  },
});
