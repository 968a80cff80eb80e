import type { TestProject } from 'vitest/node';
import type { Runtime } from '../../../local/runtime.ts';
import { buildSystems, SETTINGS } from '../../systems.ts';
import { startWatched } from './watched-runtime.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The system under test: PARLEY_URL, or the local runtime that this suite started. */
    parleyUrl: string;
    /** The two APIs without the distribution in front. Empty if they are not known. */
    httpApiUrl: string;
    webSocketUrl: string;
    /** The folder of sent mail. Empty if it is not known. */
    mailFolder: string;
    /** How to reach the table. Undefined if it is not known. */
    table: Pick<Runtime, 'tableEndpoint' | 'credentials' | 'tableName'> | undefined;
    /** The reason why tests with a runtime of their own do not run. Empty if they run. */
    notOurs: string;
  }
}

/** Vitest's global setup: one system for the whole suite. */
export default async function startSystem(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.PARLEY_URL;
  if (given) {
    project.provide('parleyUrl', given.replace(/\/+$/, ''));
    project.provide('httpApiUrl', process.env.PARLEY_HTTP_API_URL ?? '');
    project.provide('webSocketUrl', process.env.PARLEY_WEBSOCKET_URL ?? '');
    project.provide('mailFolder', '');
    project.provide('table', undefined);
    project.provide('notOurs', 'PARLEY_URL is set: this needs a runtime that the suite starts itself');
    return undefined;
  }
  // Most tests send that many messages in a short time. flood.test.ts has a runtime of its own.
  await buildSystems();
  const { runtime, end } = await startWatched({ context: SETTINGS.unlimited });
  project.provide('parleyUrl', runtime.url);
  project.provide('httpApiUrl', runtime.httpApiUrl);
  project.provide('webSocketUrl', runtime.webSocketUrl);
  project.provide('mailFolder', runtime.mailFolder);
  const { tableEndpoint, credentials, tableName } = runtime;
  project.provide('table', { tableEndpoint, credentials, tableName });
  project.provide('notOurs', '');
  return () =>
    end().catch((error) => {
      // Vitest logs an error of a teardown but does not fail because of it.
      process.exitCode = 1;
      throw error;
    });
}
