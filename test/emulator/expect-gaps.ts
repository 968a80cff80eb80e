import { basename } from 'node:path';
import { beforeEach, type TestContext } from 'vitest';
import { gapOf, leftOut } from './gaps.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Why this test is expected to fail. */
    gap?: string;
    /** Why this test is not run. */
    leftOut?: string;
  }
}

// A test of a gap passes if it fails, and fails on the day when the emulator has learnt it.
beforeEach(({ task, skip }: TestContext) => {
  const name = `${basename(task.file.name)} > ${task.fullTestName}`;
  const reason = leftOut(name);
  if (reason !== undefined) {
    task.meta.leftOut = reason;
    skip(reason);
  }
  const found = gapOf(name);
  if (found === undefined) return;
  (task as { fails?: boolean }).fails = true;
  task.meta.gap = found.gap;
});
