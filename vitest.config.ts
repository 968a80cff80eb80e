import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // Two cores: the black-box suites share one running system each, so files run side by side sparingly.
    maxWorkers: 2,
  },
});
