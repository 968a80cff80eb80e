import { defineConfig } from 'vitest/config';

/** The tests that can notice a change in what is mutated: those of the domain and of its adapters. */
export default defineConfig({
  test: {
    include: [
      'test/unit/auth/**/*.test.ts',
      'test/unit/core/{accounts,issuers,sessions,connections}/**/*.test.ts',
      'test/unit/protocol/**/*.test.ts',
    ],
    setupFiles: ['test/seed.ts', 'test/unit/support/setup.ts'],
    testTimeout: 30_000,
    isolate: false,
  },
});
