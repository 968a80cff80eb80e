import { defineConfig } from 'vitest/config';

const project = (name: string, more: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
});

/** These test files start whole systems, though they stand with the part that they test. */
const systems = ['test/client/live*.test.ts', 'test/local/cli/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      // Entries of functions read their environment when they are imported. The setup file sets it first.
      project('unit', { setupFiles: ['test/unit/support/setup.ts'] }),
      project('infrastructure'),
      project('contract'),
      project('local', { exclude: systems }),
      project('client', { exclude: systems }),
      project('web'),
      // Each run has the same schedules (see seed.ts). `npm run simulate` runs as many others as you like.
      project('simulation', { testTimeout: 180_000 }),
      // All files share one running system.
      project('e2e', {
        include: ['test/e2e/**/*.test.ts', ...systems],
        globalSetup: 'test/e2e/support/system.ts',
      }),
      // All files share one running system and one browser.
      project('browser', {
        globalSetup: 'test/browser/support/setup.ts',
        testTimeout: 120_000,
        expect: { poll: { timeout: 20_000 } },
      }),
    ],
    setupFiles: ['test/seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // Files of a project share their modules: to load them again for each file takes longer than most tests.
    isolate: false,
    // For two cores. A third worker makes the run no faster, and on a slow machine tests exceed their timeouts.
    maxWorkers: 2,
  },
});
