import { defineConfig } from 'vitest/config';

/** The black-box tests at PARLEY_URL, a stage in an emulator of AWS. `npm run test:emulator` sets the variables. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/e2e/support/system.ts',
    setupFiles: ['test/seed.ts', 'test/emulator/expect-gaps.ts'],
    reporters: ['default', './test/emulator/report.ts'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    isolate: false,
    maxWorkers: 3,
  },
});
