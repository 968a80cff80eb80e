import { describe, expect, it } from 'vitest';
import { runFunction } from './functions.ts';

describe('a function', () => {
  it('is ended after its timeout, and the next event gets a new process', async () => {
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

  it('is ended after its timeout even if it blocks its thread', async () => {
    const { invoke } = await runFunction('export const handler = () => { for (;;); };', {
      timeoutSeconds: 0.3,
    });
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
  });

  it('fails with its exit status if it exits, and the next event gets a new process', async () => {
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

  it('fails with an unhandled rejection', async () => {
    const { invoke } = await runFunction(
      `export const handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 500)); };`,
    );
    expect(await invoke()).toEqual({
      ok: false,
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'lost',
    });
  });

  it('fails with an error outside its promise', async () => {
    const { invoke } = await runFunction(
      `export const handler = () => new Promise(() => setTimeout(() => { throw new TypeError('stray'); }));`,
    );
    expect(await invoke()).toEqual({ ok: false, errorType: 'TypeError', errorMessage: 'stray' });
  });

  it('fails at once if its promise can never settle', async () => {
    const { invoke } = await runFunction('export const handler = () => new Promise(() => {});');
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Runtime.NodeJsExit' });
  });

  it('fails if it needs more than its memory', async () => {
    const { invoke } = await runFunction(
      'export const handler = () => { const all = []; for (;;) all.push(new Array(100_000).fill(all.length)); };',
      { memoryMb: 128 },
    );
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
  });

  it('fails each event with the error of its module if that throws', async () => {
    const { invoke } = await runFunction(`throw new RangeError('no configuration');`);
    const failure = { ok: false, errorType: 'RangeError', errorMessage: 'no configuration' };
    expect(await invoke()).toEqual(failure);
    expect(await Promise.all([invoke(), invoke()])).toEqual([failure, failure]);
  });

  it.each([
    ['exports no handler', 'export const other = () => {};', 'Runtime.HandlerNotFound'],
    ['takes a callback', 'export const handler = (a, b, c) => c();', 'Runtime.CallbackHandlerDeprecated'],
    ['has a syntax error', 'export const handler = ;', 'SyntaxError'],
  ])('that %s fails at its start', async (_what, source, errorType) => {
    const { invoke } = await runFunction(source);
    expect(await invoke()).toMatchObject({ ok: false, errorType });
  });

  it('fails at its start if its module does not exist', async () => {
    const { invoke } = await runFunction('', { handler: 'main.handler' });
    expect(await invoke()).toMatchObject({ ok: false, errorType: 'Runtime.ImportModuleError' });
  });
});
