import { type Assumed, nothingAssumed } from '../assumptions.ts';
import { type InvocationResult, type Invoker, integrate } from '../invoker.ts';
import type { WebSocketApiSpec } from '../model.ts';
import type { Connection } from './connection.ts';
import { eventContext } from './websocket-event.ts';

export interface MessageRouting {
  readonly spec: WebSocketApiSpec;
  /** Returns the route key that a message names, or undefined. */
  readonly select: (body: string) => string | undefined;
  readonly invoker: Invoker;
}

const maximumReplyBytes = 128 * 1024;

/**
 * Runs the route of one message and sends its reply.
 *
 * Messages of one socket are processed in parallel, as on API Gateway. The order of processing and of replies is not
 * guaranteed.
 */
export async function dispatchMessage(
  data: Buffer,
  connection: Connection,
  { spec, select, invoker }: MessageRouting,
  timeoutMs: number,
): Promise<void> {
  const text = data.toString();
  const selected = select(text);
  const route =
    spec.routes.find(({ key }) => key === selected) ?? spec.routes.find(({ key }) => key === '$default');
  const context = eventContext(spec, connection.client, 'MESSAGE', route?.key ?? '$default');
  const complain = (message: string) => {
    const { connectionId } = connection.client;
    const { requestId } = context.requestContext;
    connection.send(JSON.stringify({ message, connectionId, requestId }));
  };
  if (route === undefined) {
    return complain('Forbidden');
  }
  const event = { ...context, body: text, isBase64Encoded: false };
  const result = await integrate(invoker, route.functionName, event, timeoutMs);
  const reply = replyIn(result);
  if (reply === undefined) {
    complain('Internal server error');
  } else if (route.answers) {
    connection.send(reply);
  }
}

/** The fields that the result of a Lambda proxy integration may have. With any other, API Gateway reports an error. */
const resultFields = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/**
 * The text of the reply; a result without a body gives an empty one, which API Gateway sends as an empty frame. Undefined
 * for a result that is invalid for a Lambda proxy integration.
 */
function replyIn(result: InvocationResult | 'timed-out'): string | undefined {
  if (result === 'timed-out' || !result.ok) {
    return undefined;
  }
  const { statusCode, body = '', ...others } = Object(result.value) as Record<string, unknown>;
  const isValid =
    Number.isInteger(Number(statusCode ?? Number.NaN)) &&
    typeof body === 'string' &&
    Object.keys(others).every((name) => resultFields.has(name));
  return isValid && Buffer.byteLength(body) <= maximumReplyBytes ? body : undefined;
}

const expression = /^\$(?:request\.body((?:\.[\w-]+)+)|\{request\.body((?:\.[\w-]+)+)\})$/;

/**
 * Reads a route selection expression: `$request.body.action` or `${request.body.action}`. The function that it returns
 * finds the value in a message, or undefined if the message has no text at that path.
 *
 * @throws Error for an expression that this runtime does not support
 */
export function routeSelection(
  text: string,
  assumed: Assumed = nothingAssumed,
): (body: string) => string | undefined {
  const [, plain, wrapped] = expression.exec(text) ?? [];
  const path = (plain ?? wrapped)?.slice(1).split('.');
  if (path === undefined) {
    throw new Error(
      `Route selection expression ${text} is not supported. Supported: a path such as $request.body.action`,
    );
  }
  return (body) => {
    const found = path.reduce<unknown>(
      (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
      parse(body),
    );
    if (typeof found !== 'string') return undefined;
    // A message cannot select a predefined route such as $connect.
    return found.startsWith('$') && !assumed.has('connect-by-frame') ? undefined : found;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
