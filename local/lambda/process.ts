import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { resolve as absolute } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { account } from '../assembly/account.ts';
import type { FunctionSpec } from '../model.ts';

export interface FunctionProcess {
  kill(): void;
  /** Resolves with the reason for its end, in Lambda's words. Never rejects. */
  readonly ended: Promise<string>;
}

const ownBootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

/**
 * Starts one process of a function. The pipe on its stdin tells it that this process has ended, even after `kill -9`.
 * Its output goes to `onLine`.
 */
export function startProcess(
  spec: FunctionSpec,
  runtimeApi: string,
  onLine: (line: string) => void,
): FunctionProcess {
  // Lambda's own runtime reserves a tenth of the memory for data outside the heap.
  const heapMb = Math.floor(spec.memoryMb * 0.9);
  // A process handles one small event at a time. With Node's 16 MB for new objects it takes twice the memory, and is hardly faster.
  const heap = [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=4'];
  const program = [spec.bootstrap ?? ownBootstrap, spec.codeCache ?? ''];
  const child = spawn(process.execPath, [...heap, ...program], {
    cwd: spec.codeFolder,
    env: functionEnvironment(spec, runtimeApi),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', onLine);
  }
  return {
    kill: () => child.kill('SIGKILL'),
    ended: new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, signal) =>
        resolve(signal === null ? `exit status ${code}` : `signal: ${signal}`),
      );
    }),
  };
}

/** The environment of a function's process: its own variables and Lambda's. From this shell it gets only PATH. */
function functionEnvironment(spec: FunctionSpec, runtimeApi: string): Record<string, string> {
  return {
    ...spec.environment,
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: spec.handler,
    LAMBDA_TASK_ROOT: absolute(spec.codeFolder),
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    // A function must not see the developer's AWS profiles.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
  };
}
