import { describe, expect, it } from 'vitest';
import { runFunction } from './functions.ts';

describe('a function that', () => {
  it('runs over its timeout is ended, and the next event gets a fresh process', async () => {
    const { invoke, lines } = await runFunction(
      'export const handler = async ({ hang }) => hang ? new Promise((r) => setTimeout(r, 60_000)) : process.pid;',
      { timeoutSeconds: 0.4 },
    );
    const first = await invoke({});
    const started = performance.now();
    expect(await invoke({ hang: true })).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 0\.40 seconds$/),
    });
    expect(performance.now() - started).toBeGreaterThan(390);
    expect(lines.at(-1)).toMatch('timed out');
    const next = await invoke({});
    expect(next).toMatchObject({ ok: true });
    expect(next).not.toEqual(first);
  });

  it('blocks its thread for longer than its timeout is ended, too', async () => {
    const { invoke } = await runFunction('export const handler = () => { for (;;); };', {
      timeoutSeconds: 0.3,
    });
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
  });

  it('exits fails with its exit status, and the next event gets a fresh process', async () => {
    const { invoke } = await runFunction(
      'export const handler = async ({ code }) => { if (code) process.exit(code); return "well"; };',
    );
    expect(await invoke({ code: 3 })).toEqual({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: exit status 3$/),
    });
    expect(await invoke({})).toEqual({ ok: true, value: 'well' });
  });

  it('leaves a rejection unhandled fails by it', async () => {
    const { invoke } = await runFunction(
      `export const handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 500)); };`,
    );
    expect(await invoke()).toEqual({
      ok: false,
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'lost',
    });
  });

  it('throws outside of its promise fails by it', async () => {
    const { invoke } = await runFunction(
      `export const handler = () => new Promise(() => setTimeout(() => { throw new TypeError('stray'); }));`,
    );
    expect(await invoke()).toEqual({ ok: false, errorType: 'TypeError', errorMessage: 'stray' });
  });

  it('never settles, with nothing left to wait for, fails at once', async () => {
    const { invoke } = await runFunction('export const handler = () => new Promise(() => {});');
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Runtime.NodeJsExit' });
  });

  it('needs more than its memory fails', async () => {
    const { invoke } = await runFunction(
      'export const handler = () => { const all = []; for (;;) all.push(new Array(100_000).fill(all.length)); };',
      { memoryMb: 128 },
    );
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
  });

  it('throws while it loads fails each event by that error', async () => {
    const { invoke } = await runFunction(`throw new RangeError('no configuration');`);
    const failure = { ok: false, errorType: 'RangeError', errorMessage: 'no configuration' };
    expect(await invoke()).toEqual(failure);
    expect(await Promise.all([invoke(), invoke()])).toEqual([failure, failure]);
  });

  it.each([
    ['exports no handler', 'export const other = () => {};', 'Runtime.HandlerNotFound'],
    ['takes a callback', 'export const handler = (a, b, c) => c();', 'Runtime.CallbackHandlerDeprecated'],
    ['has a syntax error', 'export const handler = ;', 'SyntaxError'],
  ])('%s fails as it starts', async (_what, source, errorType) => {
    const { invoke } = await runFunction(source);
    expect(await invoke()).toMatchObject({ ok: false, errorType });
  });

  it('is not there fails as it starts', async () => {
    const { invoke } = await runFunction('', { handler: 'main.handler' });
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Runtime.ImportModuleError' });
  });
});
