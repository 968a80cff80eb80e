import { defineConfig } from 'vitest/config';

/** `npm run test:ric` has installed what these tests need. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/ric/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
