import { defineConfig } from 'vitest/config';

const project = (name: string, more: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
});

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      // Loading aws-cdk-lib takes seconds; its tests share nothing that one could spoil for another.
      project('infrastructure', { isolate: false }),
      project('contract'),
      project('local'),
      project('client'),
      project('web'),
      // A seed is printed by each run, and `npm run simulate` takes as many schedules as asked for.
      project('simulation', { testTimeout: 180_000 }),
      // One running system for the whole black-box suite; it starts when a test of this project runs.
      project('e2e', { globalSetup: 'test/e2e/support/system.ts' }),
      // The web app in a real browser: one browser and one running system for all files.
      project('browser', {
        globalSetup: 'test/browser/support/setup.ts',
        testTimeout: 120_000,
        expect: { poll: { timeout: 20_000 } },
      }),
    ],
    setupFiles: ['test/seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // Two cores: the black-box suites share one running system each, so files run side by side sparingly.
    maxWorkers: 2,
  },
});
