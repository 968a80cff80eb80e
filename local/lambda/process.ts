import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FunctionSpec } from '../model.ts';
import { functionEnvironment } from './environment.ts';

export interface FunctionProcess {
  kill(): void;
  /** How it ended, in Lambda's words; resolves always. */
  readonly ended: Promise<string>;
}

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

/**
 * Starts one process of a function. Its stdin is the line by which it notices that this process died, by
 * `kill -9` too; its output goes to `onLine`.
 */
export function startProcess(
  spec: FunctionSpec,
  runtimeApi: string,
  onLine: (line: string) => void,
): FunctionProcess {
  // Lambda's own runtime leaves a tenth of the memory to what is not the heap.
  const heapMb = Math.floor(spec.memoryMb * 0.9);
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, bootstrap], {
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
