import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { startWatched } from '../../e2e/support/watched-runtime.ts';
import type { AppTable } from './backdate.ts';
import { launchOptions } from './chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the browser of all files of this project listens. */
    browserEndpoint: string;
    /** The system that they share. */
    appUrl: string;
    /** Its table, for tests that need what is older than they are. */
    appTable: AppTable;
  }
}

/** Vitest's global set-up: one browser and one running system for the whole project. */
export default async function startAll(project: TestProject): Promise<() => Promise<void>> {
  // What stops floods has a system of its own.
  const { runtime, end } = await startWatched({ context: { floodMessages: '1000000' } });
  const browser = await launchOptions()
    .then((options) => chromium.launchServer(options))
    .catch(async (error) => {
      await end();
      throw error;
    });
  project.provide('browserEndpoint', browser.wsEndpoint());
  project.provide('appUrl', runtime.url);
  const { tableEndpoint: endpoint, tableName: name, credentials } = runtime;
  project.provide('appTable', { endpoint, name, credentials });
  return async () => {
    await browser.close();
    await end().catch((error) => {
      // Vitest logs what a teardown throws, but does not count it.
      process.exitCode = 1;
      throw error;
    });
  };
}
