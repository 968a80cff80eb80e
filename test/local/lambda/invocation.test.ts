import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { integrate } from '../../../local/invoker.ts';
import { isAlive, runFunction } from './functions.ts';

describe('an invocation', () => {
  it('passes the event to the handler and returns its result', async () => {
    const { invoke } = await runFunction(
      'export const handler = async (event) => ({ doubled: event.number * 2 });',
    );
    expect(await invoke({ number: 21 })).toEqual({ ok: true, value: { doubled: 42 } });
  });

  it('returns null for a handler that returns nothing', async () => {
    const { invoke } = await runFunction('export const handler = () => {};');
    expect(await invoke()).toEqual({ ok: true, value: null });
  });

  it('has the context that Lambda documents', async () => {
    const { invoke } = await runFunction(
      `export const handler = async (_event, context) => ({
        ...context, remaining: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });`,
      { timeoutSeconds: 7, memoryMb: 300 },
    );
    expect(await invoke()).toEqual({
      ok: true,
      value: {
        awsRequestId: expect.stringMatching(/^[\da-f]{8}-/),
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tested',
        functionName: 'tested',
        functionVersion: '$LATEST',
        memoryLimitInMB: '300',
        logGroupName: '/aws/lambda/tested',
        logStreamName: 'local',
        remaining: expect.closeTo(7000, -3),
        trace: expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24};Parent=[\da-f]{16};Sampled=1$/),
      },
    });
  });

  it('keeps the code that V8 has compiled, if there is a folder for it', async () => {
    const codeCache = join(mkdtempSync(join(tmpdir(), 'parley-code-')), 'cache');
    onTestFinished(() => rmSync(dirname(codeCache), { recursive: true }));
    const { invoke } = await runFunction('export const handler = () => {};', { codeCache });
    await invoke();
    const [version = ''] = readdirSync(codeCache);
    expect(readdirSync(join(codeCache, version)).length).toBeGreaterThan(0);
  });

  it('that still waits when its gateway gives up never runs; one that runs goes on', async () => {
    const { pool } = await runFunction(
      `const seen = [];
      export const handler = async ({ name, ms = 0 }) => {
        seen.push(name);
        await new Promise((resolve) => setTimeout(resolve, ms));
        return seen;
      };`,
      { maximumPerFunction: 1 },
    );
    await pool.invoke('tested', { name: 'first' });
    const running = integrate(pool, 'tested', { name: 'running', ms: 500 }, 250);
    const waiting = integrate(pool, 'tested', { name: 'waiting' }, 250);
    expect(await Promise.all([running, waiting])).toEqual(['timed-out', 'timed-out']);
    expect(await pool.invoke('tested', { name: 'later' })).toEqual({
      ok: true,
      value: ['first', 'running', 'later'],
    });
  });

  it('fails with the type and message of an error, and the process stays', async () => {
    const { invoke } = await runFunction(
      `class TooBad extends Error { name = 'TooBad'; }
      let calls = 0;
      export const handler = async () => { calls += 1; if (calls === 1) throw new TooBad('no'); return calls; };`,
    );
    expect(await invoke()).toEqual({ ok: false, errorType: 'TooBad', errorMessage: 'no' });
    expect(await invoke()).toEqual({ ok: true, value: 2 });
  });

  it('logs stdout and stderr line by line', async () => {
    const { invoke, lines } = await runFunction(
      `export const handler = async () => { console.log('one\\ntwo'); console.error('three'); };`,
    );
    await invoke();
    await vi.waitFor(() => expect(lines.toSorted()).toEqual(['one', 'three', 'two']));
  });

  it('refuses an event and a result over 6 MB', async () => {
    const { invoke } = await runFunction(
      `export const handler = async ({ length }) => 'x'.repeat(length ?? 0);`,
    );
    const megabytes = 1024 * 1024;
    expect(await invoke({ padding: 'x'.repeat(6 * megabytes) })).toMatchObject({
      ok: false,
      errorType: 'RequestEntityTooLarge',
    });
    expect(await invoke({ length: 6 * megabytes })).toMatchObject({
      ok: false,
      errorType: 'Function.ResponseSizeTooLarge',
    });
    expect(await invoke({ length: 5 })).toEqual({ ok: true, value: 'xxxxx' });
  });

  it('fails if the function does not exist', async () => {
    const { pool } = await runFunction('export const handler = () => {};');
    expect(await pool.invoke('other', {})).toMatchObject({
      ok: false,
      errorType: 'ResourceNotFoundException',
    });
  });
});

describe('processes', () => {
  interface Value {
    readonly process: number;
    readonly most: number;
  }
  const slow = `import { setTimeout as delay } from 'node:timers/promises';
    let running = 0; let most = 0;
    export const handler = async ({ ms }) => {
      running += 1; most = Math.max(most, running);
      await delay(ms); running -= 1;
      return { process: process.pid, most };
    };`;

  it('process one event at a time, up to the allowed number of processes', async () => {
    const { invoke } = await runFunction(slow, { maximumPerFunction: 2 });
    const results = await Promise.all(Array.from({ length: 6 }, () => invoke({ ms: 200 })));
    const values = results.map((result) => (result as unknown as { value: Value }).value);
    expect(values.map(({ most }) => most)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set(values.map((value) => value.process)).size).toBe(2);
  });

  it('are reused for the next event', async () => {
    const { invoke } = await runFunction(slow, { maximumPerFunction: 1 });
    const first = await invoke({ ms: 0 });
    expect(await invoke({ ms: 0 })).toEqual(first);
  });

  it('end after half a minute without an event, but the last one stays for five minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { invoke } = await runFunction(slow);
    const process = async (ms: number) =>
      ((await invoke({ ms })) as unknown as { value: Value }).value.process;
    const both = await Promise.all([process(500), process(500)]);
    const alive = () => both.filter(isAlive);
    expect(alive()).toHaveLength(2);
    // Small steps: the time of the last process must not come while the other one is ending.
    await vi.waitFor(
      () => {
        vi.advanceTimersByTime(1_000);
        expect(alive()).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
    const last = alive();
    vi.advanceTimersByTime(60_000);
    expect([await process(0)]).toEqual(last);
    await vi.waitFor(() => {
      vi.advanceTimersByTime(5 * 60_000);
      expect(alive()).toEqual([]);
    });
  });

  it('end with the pool, which then refuses events', async () => {
    const { invoke, pool } = await runFunction(slow);
    const result = await invoke({ ms: 0 });
    await pool.stop();
    const { process: pid } = (result as unknown as { value: Value }).value;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await invoke({ ms: 0 })).toMatchObject({ ok: false });
  });

  it('can finish the current event when the pool stops', async () => {
    const { invoke, pool } = await runFunction(slow);
    const running = invoke({ ms: 300 });
    await pool.stop();
    expect(await running).toMatchObject({ ok: true });
  });
});
