import { createContext, Script } from 'node:vm';

/** CloudFront's quota for a function's source. */
const maximumSourceBytes = 10 * 1024;
/** CloudFront allows less, but this machine may be busy. */
const MAXIMUM_RUN_MS = 5_000;

/** What the function returned, as JSON says it. */
export type ViewerFunction = (event: object) => unknown;

/**
 * Prepares the source of a CloudFront function (cloudfront-js-2.0) to be called: in a realm of its own, which
 * has the language and `console`, and neither Node, network, timers nor code from strings.
 *
 * What it returns throws what the function throws, and when it takes too long.
 *
 * @throws Error for a source that CloudFront would not take, or that needs a module.
 */
export function viewerFunction(source: string, maximumRunMs = MAXIMUM_RUN_MS): ViewerFunction {
  if (Buffer.byteLength(source) > maximumSourceBytes) {
    throw new Error(`A viewer function may have ${maximumSourceBytes} bytes at most`);
  }
  // Promises settle within a run, so that an async handler is done when it returns, or never will be.
  const context = createContext(
    // Without a prototype, which would be this realm's and lead back into it.
    Object.create(null),
    { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
  );
  const run = (script: Script): unknown => script.runInContext(context, { timeout: maximumRunMs });
  run(new Script('globalThis.console = { log() {}, error() {} };'));
  run(new Script(source, { filename: 'viewer-request.js' }));
  if (run(new Script('typeof handler')) !== 'function') {
    throw new Error('A viewer function must define handler(event)');
  }
  // Only text crosses between the realms.
  const call = new Script(`
    globalThis.outcome = undefined;
    (async () => handler(JSON.parse(input)))().then(
      (result) => { outcome = { result: JSON.stringify(result) }; },
      (error) => { outcome = { error: String(error) }; },
    );`);

  return (event) => {
    context.input = JSON.stringify(event);
    run(call);
    const { result, error } = (context.outcome ?? {}) as { result?: string; error?: string };
    if (result === undefined) {
      throw new Error(error ?? 'The viewer function returned nothing');
    }
    return JSON.parse(result);
  };
}
