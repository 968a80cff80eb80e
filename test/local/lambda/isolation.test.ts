import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isAlive, runFunction, writeFunction } from './functions.ts';

const report = `export const handler = async () => ({
  folder: process.cwd(), environment: process.env, hours: new Date(0).getHours(), argv: process.execArgv });`;

describe("a function's process", () => {
  it('runs the bootstrap that it is given', async () => {
    const own = pathToFileURL('local/lambda/bootstrap.mjs');
    const { codeFolder } = writeFunction(
      'bootstrap',
      `process.env._HANDLER = 'index.other'; await import('${own}');`,
    );
    const { invoke } = await runFunction(`export const other = async () => 'the other one';`, {
      bootstrap: join(codeFolder, 'index.mjs'),
    });
    expect(await invoke()).toEqual({ ok: true, value: 'the other one' });
  });

  it('has its own variables and those of Lambda, and none of this shell', async () => {
    vi.stubEnv('PARLEY_LEAK', 'secret');
    vi.stubEnv('NODE_OPTIONS', '--stack-trace-limit=5');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { invoke } = await runFunction(report, {
      environment: { TABLE_NAME: 'table', AWS_LAMBDA_FUNCTION_NAME: 'someone else' },
      memoryMb: 512,
    });
    const result = await invoke();
    const { environment } = (result as unknown as { value: { environment: object } }).value;
    expect(environment).toEqual({
      TABLE_NAME: 'table',
      PATH: process.env.PATH,
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      LAMBDA_TASK_ROOT: expect.stringMatching(/\/tested$/),
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=/),
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'tested',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/tested',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+\//),
    });
  });

  it("runs in its bundle's folder, in UTC, with the heap its memory size allows", async () => {
    const { invoke } = await runFunction(report, { memoryMb: 1000 });
    expect(await invoke()).toMatchObject({
      value: {
        folder: expect.stringMatching(/\/tested$/),
        hours: 0,
        argv: ['--max-old-space-size=900', '--max-semi-space-size=4'],
      },
    });
  });

  it('ends when the runtime is killed with -9, idle or at work', async () => {
    const idle = writeFunction('idle', 'export const handler = async () => process.pid;');
    const busy = writeFunction(
      'busy',
      `export const handler = async () => {
        console.log(process.pid); await new Promise((r) => setTimeout(r, 60_000)); };`,
      { timeoutSeconds: 120 },
    );
    const runtime = startRuntime([idle, busy]);
    const pids = await new Promise<number[]>((resolve) => {
      const seen: number[] = [];
      runtime.stdout?.on('data', (chunk: Buffer) => {
        seen.push(...chunk.toString().split('\n').filter(Boolean).map(Number));
        if (seen.length === 2) {
          resolve(seen);
        }
      });
    });
    runtime.kill('SIGKILL');
    await once(runtime, 'exit');
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 5000 });
  });
});

/** A runtime in its own process. It invokes both functions and prints the pids of their processes. */
function startRuntime(specs: readonly [{ codeFolder: string }, unknown]): ChildProcess {
  const script = join(specs[0].codeFolder, 'runtime.mjs');
  const pool = pathToFileURL(join(import.meta.dirname, '../../../local/lambda/pool.ts'));
  writeFileSync(
    script,
    `import { startFunctions } from ${JSON.stringify(pool)};
    const pool = await startFunctions(${JSON.stringify(specs)}, { onLog: (_name, line) => console.log(line) });
    const { value } = await pool.invoke('idle', {});
    console.log(value);
    await pool.invoke('busy', {});`,
  );
  return spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
}
