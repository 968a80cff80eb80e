import type { IncomingMessage, ServerResponse } from 'node:http';
import { createContext, Script } from 'node:vm';
import { sendError } from './response.ts';
import {
  applyRequest,
  type Fields,
  isFields,
  isViewerRequest,
  valuesOf,
  viewerEvent,
} from './viewer-event.ts';

/** CloudFront's quota for the source of a function. */
const maximumSourceBytes = 10 * 1024;
/** CloudFront allows less time, but this machine may be busy. */
const defaultMaximumRunMs = 5_000;

/** Returns the result of the function after a round trip through JSON. */
export type ViewerFunction = (event: object) => unknown;

/**
 * Loads the source of a CloudFront function (cloudfront-js-2.0) into its own realm. The realm has the language and
 * `console`. It has no Node APIs, network or timers, and it cannot run code from strings.
 *
 * The returned function throws if the viewer function throws or takes too long.
 *
 * @throws Error for a source that is too large, invalid, or needs a module
 */
export function viewerFunction(source: string, maximumRunMs = defaultMaximumRunMs): ViewerFunction {
  if (Buffer.byteLength(source) > maximumSourceBytes) {
    throw new Error(`The source of a viewer function must not exceed ${maximumSourceBytes} bytes`);
  }
  // With `afterEvaluate`, promises settle before a run returns. A promise that is still open then never settles.
  const context = createContext(
    // No prototype: `Object.prototype` would belong to this realm and give the function access to it.
    Object.create(null),
    { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
  );
  const run = (script: Script): unknown => script.runInContext(context, { timeout: maximumRunMs });
  run(new Script('globalThis.console = { log() {}, error() {} };'));
  run(new Script(source, { filename: 'viewer-request.js' }));
  if (run(new Script('typeof handler')) !== 'function') {
    throw new Error('A viewer function must define handler(event)');
  }
  // Only strings cross between the realms.
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

/** Runs a viewer-request function. Returns false if the function or its failure has sent the response. */
export function passViewerFunction(
  run: ViewerFunction,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const event = viewerEvent(request);
  let returned: unknown;
  try {
    returned = run(event);
  } catch {
    sendError(response, 503, 'The CloudFront function is invalid or could not run.');
    return false;
  }
  if (isViewerRequest(returned)) {
    applyRequest(request, event.request, returned);
    return true;
  }
  const answer = readAnswer(returned);
  if (answer === undefined) {
    sendError(response, 502, 'The CloudFront function returned an invalid value.');
    return false;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.byteLength });
  response.end(answer.body);
  return false;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Reads a response object of CloudFront Functions. Returns undefined for an invalid one. */
function readAnswer(value: unknown): Answer | undefined {
  const { statusCode, headers = {}, cookies = {}, body = '' } = Object(value) as Record<string, unknown>;
  if (!Number.isInteger(statusCode) || !isFields(headers) || !isFields(cookies)) {
    return undefined;
  }
  const { data, encoding } = typeof body === 'string' ? { data: body, encoding: 'text' } : Object(body);
  if (typeof data !== 'string' || (encoding !== 'text' && encoding !== 'base64')) {
    return undefined;
  }
  const joined = Object.entries(headers).map(([name, field]) => [name, valuesOf(field).join(', ')]);
  return {
    status: statusCode as number,
    headers: { ...Object.fromEntries(joined), ...setCookies(cookies) },
    body: Buffer.from(data, encoding === 'base64' ? 'base64' : 'utf8'),
  };
}

function setCookies(cookies: Fields): { 'set-cookie'?: readonly string[] } {
  const lines = Object.entries(cookies).map(([name, field]) => {
    const { attributes } = field as { attributes?: string };
    return [`${name}=${field.value}`, attributes ?? []].flat().join('; ');
  });
  return lines.length > 0 ? { 'set-cookie': lines } : {};
}
