import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The system under test: the one of PARLEY_URL, or the local runtime that this suite started. */
    parleyUrl: string;
    /** Why tests that need a runtime of their own do not run; empty when they do. */
    notOurs: string;
  }
}

/** Vitest's global set-up: one system for the whole suite. */
export default async function startSystem(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.PARLEY_URL;
  if (given) {
    project.provide('parleyUrl', given.replace(/\/+$/, ''));
    project.provide('notOurs', 'PARLEY_URL is set: this needs a runtime that the suite starts itself');
    return undefined;
  }
  const { startRuntime } = await import('../../../local/runtime.ts');
  const log: string[] = [];
  const runtime = await startRuntime({ port: 0, memory: true, onLog: (line) => log.push(line) });
  project.provide('parleyUrl', runtime.url);
  project.provide('notOurs', '');
  return async () => {
    const scans = runtime.usage().requests.filter(({ operation }) => operation === 'Scan');
    await runtime.stop();
    if (scans.length === 0) return;
    // Vitest logs what a teardown throws, but does not count it.
    process.exitCode = 1;
    throw new Error(
      `The suite caused ${scans.length} Scans, by ${[...new Set(scans.map((scan) => scan.function))]}`,
    );
  };
}
