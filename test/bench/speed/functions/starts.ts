import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const program = join(import.meta.dirname, 'init.mjs');
const run = promisify(execFile);

/** What a start took until its first event could come. */
export interface Start {
  /** CPU time to load the bundle, in ms. The start of Node.js itself is not in it. */
  readonly cpuMs: number;
  /** Resident memory of the process. */
  readonly bytes: number;
}

/** Starts a process that loads a bundle as Lambda does, and ends it. */
export async function startOnce(
  bundle: string,
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Start> {
  const env = {
    ...environment,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
  };
  const { stdout } = await run(process.execPath, [...flags, program, bundle], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}
