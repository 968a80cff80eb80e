import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type FunctionPool, startFunctions } from '../../../local/lambda/pool.ts';
import type { FunctionSpec } from '../../../local/model.ts';

/** A bundle in a temporary folder: `source` is its index.mjs. */
export function writeFunction(
  name: string,
  source: string,
  settings: Partial<FunctionSpec> = {},
): FunctionSpec {
  const folder = mkdtempSync(join(tmpdir(), 'parley-function-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const codeFolder = join(folder, name);
  mkdirSync(codeFolder);
  writeFileSync(join(codeFolder, 'index.mjs'), source);
  return {
    name,
    codeFolder,
    handler: 'index.handler',
    memoryMb: 256,
    timeoutSeconds: 10,
    environment: {},
    permissions: [],
    ...settings,
  };
}

/** Runs one function for the length of a test; its log lines go to `lines`. */
export async function runFunction(
  source: string,
  settings: Partial<FunctionSpec> & { maximumPerFunction?: number } = {},
) {
  const { maximumPerFunction = 4, ...spec } = settings;
  const lines: string[] = [];
  const pool: FunctionPool = await startFunctions([writeFunction('tested', source, spec)], {
    onLog: (_name, line) => lines.push(line),
    maximumPerFunction,
  });
  onTestFinished(() => pool.stop());
  return { pool, lines, invoke: (event: unknown = {}) => pool.invoke('tested', event) };
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
