import type { TestProject } from 'vitest/node';
import { assertNoScan } from './no-scan.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The system under test: the one of PARLEY_URL, or the local runtime that this suite started. */
    parleyUrl: string;
    /** The two APIs by themselves, without the distribution in front; empty when they are not known. */
    httpApiUrl: string;
    webSocketUrl: string;
    /** Why tests that need a runtime of their own do not run; empty when they do. */
    notOurs: string;
  }
}

/** Vitest's global set-up: one system for the whole suite. */
export default async function startSystem(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.PARLEY_URL;
  if (given) {
    project.provide('parleyUrl', given.replace(/\/+$/, ''));
    project.provide('httpApiUrl', process.env.PARLEY_HTTP_API_URL ?? '');
    project.provide('webSocketUrl', process.env.PARLEY_WEBSOCKET_URL ?? '');
    project.provide('notOurs', 'PARLEY_URL is set: this needs a runtime that the suite starts itself');
    return undefined;
  }
  const { startRuntime } = await import('../../../local/runtime.ts');
  const runtime = await startRuntime({ port: 0, memory: true, onLog: sayFaults });
  project.provide('parleyUrl', runtime.url);
  project.provide('httpApiUrl', runtime.httpApiUrl);
  project.provide('webSocketUrl', runtime.webSocketUrl);
  project.provide('notOurs', '');
  return async () => {
    try {
      assertNoScan(runtime);
    } catch (error) {
      // Vitest logs what a teardown throws, but does not count it.
      process.exitCode = 1;
      throw error;
    } finally {
      await runtime.stop();
    }
  };
}

/** A function's own errors explain a failing test; what it says otherwise would hide them. */
function sayFaults(line: string): void {
  if (/error/i.test(line)) console.error(line);
}
