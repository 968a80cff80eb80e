import type { InvocationResult, Invoker, WebSocketApiSpec } from '../model.ts';
import type { Connection } from './connection.ts';
import { integrate } from './integration.ts';
import { eventContext } from './websocket-event.ts';

export interface MessageRouting {
  readonly spec: WebSocketApiSpec;
  /** The route key that a message names, if it names one. */
  readonly select: (body: string) => string | undefined;
  readonly invoker: Invoker;
}

const maximumReplyBytes = 128 * 1024;

/**
 * Runs the route of one message and sends what it answers.
 *
 * Messages of one socket are worked on side by side, as on API Gateway: nothing is promised about the order
 * in which they are processed or answered.
 */
export async function dispatchMessage(
  data: Buffer,
  isBinary: boolean,
  connection: Connection,
  { spec, select, invoker }: MessageRouting,
  timeoutMs: number,
): Promise<void> {
  const text = data.toString();
  const selected = isBinary ? undefined : select(text);
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
  const event = { ...context, body: isBinary ? data.toString('base64') : text, isBase64Encoded: isBinary };
  const result = await integrate(invoker, route.functionName, event, timeoutMs);
  const reply = replyIn(result);
  if (reply === undefined) {
    complain('Internal server error');
  } else if (route.answers && reply !== '') {
    connection.send(reply);
  }
}

/** The function's body, empty if it has none; undefined for a result that a Lambda proxy integration refuses. */
function replyIn(result: InvocationResult | 'timed-out'): string | undefined {
  if (result === 'timed-out' || !result.ok) {
    return undefined;
  }
  const { statusCode, body = '' } = Object(result.value) as Record<string, unknown>;
  const isValid = Number.isInteger(Number(statusCode ?? Number.NaN)) && typeof body === 'string';
  return isValid && Buffer.byteLength(body) <= maximumReplyBytes ? body : undefined;
}
