import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/aws/engine-address.ts';
import { startRuntime } from '../../local/runtime.ts';
import { build } from '../../scripts/build.ts';
import { changeTemplates, copyAssembly } from '../../scripts/emulator/change-assembly.ts';
import { SETTINGS } from '../systems.ts';
import { type Microburst, startMicroburst } from './microburst.ts';

export interface System {
  readonly url: string;
  readonly microburst: Microburst;
  stop(): Promise<void>;
}

/** Starts the local runtime. The table calls of its functions go through microburst. */
export async function startSystem(): Promise<System> {
  const port = await freePort();
  const assembly = mkdtempSync(join(tmpdir(), 'parley-faults-'));
  copyAssembly(await build(SETTINGS.unlimited), assembly);
  setEndpoint(assembly, `http://127.0.0.1:${port}`);
  const runtime = await startRuntime({ assembly, port: 0, memory: true });
  const stopRuntime = async () => {
    await runtime.stop();
    rmSync(assembly, { recursive: true });
  };
  try {
    const microburst = await startMicroburst(runtime.tableEndpoint, port);
    const stop = async () => {
      await stopRuntime();
      await microburst.stop();
    };
    return { url: runtime.url, microburst, stop };
  } catch (error) {
    await stopRuntime();
    throw error;
  }
}

/** The app id of a function in the SDK's `User-Agent`. With the dot, no id is the beginning of another. */
export const appOf = (functionName: string) => `parley-dev-${functionName}.`;

/** Gives each function the endpoint and an app id by the SDK's own variables. The templates differ in nothing else. */
function setEndpoint(assembly: string, url: string): void {
  changeTemplates(assembly, (template) => {
    for (const { Type, Properties } of Object.values(template.Resources)) {
      const { FunctionName, Environment } = (Properties ?? {}) as FunctionProperties;
      if (Type !== 'AWS::Lambda::Function' || Environment === undefined) continue;
      Object.assign(Environment.Variables, {
        AWS_ENDPOINT_URL_DYNAMODB: url,
        AWS_SDK_UA_APP_ID: `${FunctionName}.`,
      });
    }
    return template;
  });
}

interface FunctionProperties {
  readonly FunctionName?: string;
  readonly Environment?: { readonly Variables: Record<string, unknown> };
}
