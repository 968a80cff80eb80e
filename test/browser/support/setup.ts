import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { startWatched } from '../../e2e/support/watched-runtime.ts';
import { buildSystems, SETTINGS } from '../../systems.ts';
import type { AppTable } from './backdate.ts';
import { launchOptions } from './chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address of the browser that all files of this project share. */
    browserEndpoint: string;
    /** The URL of the system that they share. */
    appUrl: string;
    /** The folder of its mail. */
    appMailFolder: string;
    /** Its table, for tests that need old messages. */
    appTable: AppTable;
  }
}

/** Starts one browser and one system for the whole project. */
export default async function startAll(project: TestProject): Promise<() => Promise<void>> {
  await buildSystems();
  // Tests of rate limits have their own system.
  const { runtime, end } = await startWatched({ context: SETTINGS.unlimited });
  const browser = await launchOptions()
    .then((options) => chromium.launchServer(options))
    .catch(async (error) => {
      await end();
      throw error;
    });
  project.provide('browserEndpoint', browser.wsEndpoint());
  project.provide('appUrl', runtime.url);
  project.provide('appMailFolder', runtime.mailFolder);
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
