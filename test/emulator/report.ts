import { basename } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { gaps, isAmong } from './gaps.ts';

/** Counts what the emulator can do. Fails if a gap names a test that is not there. */
export default class GapReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (fits: (test: TestCase) => boolean) => tests.filter(fits).length;
    const is = (test: TestCase, state: string) => test.result().state === state;
    const isGap = (test: TestCase) => test.meta().gap !== undefined;
    const reasons = Map.groupBy(
      tests.filter((test) => is(test, 'skipped')),
      (test) =>
        test.meta().leftOut ?? 'it starts a runtime of its own, or calls an API without the distribution',
    );
    const lines = [
      `${count((test) => is(test, 'passed') && !isGap(test))} passed`,
      `${count((test) => is(test, 'passed') && isGap(test))} failed as expected: ${gaps.length} gaps of this emulator`,
      `${count((test) => is(test, 'failed') && !isGap(test))} failed unexpectedly`,
      `${count((test) => is(test, 'failed') && isGap(test))} passed unexpectedly: remove them from test/emulator/gaps.ts`,
      ...[...reasons].map(([reason, skipped]) => `${skipped.length} not run: ${reason}`),
    ];
    console.log(lines.join('\n'));
    const names = tests.map((test) => `${basename(test.module.moduleId)} > ${test.fullName}`);
    const ran = new Set(modules.map(({ moduleId }) => basename(moduleId)));
    const listed = gaps.flatMap(({ tests: some, alike = [] }) => [...some, ...alike]);
    const unknown = listed
      .filter((name) => ran.has(name.split(' > ')[0] ?? ''))
      .filter((name) => !names.some((one) => isAmong(one, [name])));
    if (unknown.length === 0) return;
    console.log(`test/emulator/gaps.ts names tests that are not there:\n${unknown.join('\n')}`);
    process.exitCode = 1;
  }
}
