import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { apiHost } from '../assembly/account.ts';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import { type InvocationResult, type Invoker, integrate } from '../invoker.ts';
import type { WebSocketApiSpec, WebSocketRouteSpec } from '../model.ts';
import { connectArn, hasIdentity, readVerdict } from './authorizer.ts';
import type { Client } from './connection.ts';
import { splitOnce } from './http-handler.ts';
import { addForwarded, gatewayId, sourceIp } from './request-context.ts';
import { eventContext, handshakeFields } from './websocket-event.ts';

export type Handshake =
  | { readonly accepted: true; readonly client: Client; readonly subprotocol: string | undefined }
  | {
      readonly accepted: false;
      readonly status: number;
      readonly message: string;
      readonly connectionId: string | undefined;
    };

const maximumUrlLength = 4096;
/** The name of a subprotocol is a token of RFC 9110, 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Accepts or refuses an upgrade request: by its path, the authorizer, then the $connect function. `onAuthorized` is
 * called before the $connect function.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export async function shakeHands(
  request: IncomingMessage,
  spec: WebSocketApiSpec,
  invoker: Invoker,
  timeoutMs: number,
  onAuthorized: (client: Client) => void,
  assumed: Assumed = nothingAssumed,
): Promise<Handshake> {
  const url = request.url ?? '/';
  if (url.length > maximumUrlLength) {
    return refusal(414);
  }
  // The path must end with the stage. Even a trailing slash is refused.
  if (splitOnce(url, '?')[0] !== `/${spec.stage}`) {
    return refusal(403);
  }
  if (!isWebSocketUpgrade(request)) {
    return refusal(400);
  }
  request.headers.host ??= apiHost(spec.id);
  addForwarded(request);
  if (assumed.has('no-forwarded-host')) delete request.headers['x-forwarded-host'];
  const client = newClient(request);
  const route = spec.routes.find(({ key }) => key === '$connect');
  if (route === undefined) {
    onAuthorized(client);
    return { accepted: true, client, subprotocol: undefined };
  }
  const verdict = await authorize(request, spec, route.authorizer, client, invoker, timeoutMs, assumed);
  if (typeof verdict === 'number') {
    return refusal(verdict, client);
  }
  const authorized = { ...client, authorizer: verdict };
  onAuthorized(authorized);
  const event = {
    ...handshakeFields(request),
    ...eventContext(spec, authorized, 'CONNECT', '$connect'),
  };
  const result = await integrate(invoker, route.functionName, event, timeoutMs);
  const status = connectStatus(result);
  return status >= 200 && status < 300
    ? { accepted: true, client: authorized, subprotocol: subprotocolOf(result) }
    : refusal(status, client);
}

function refusal(status: number, client?: Client): Handshake {
  const message = status >= 500 ? 'Internal server error' : (STATUS_CODES[status] ?? 'Forbidden');
  return { accepted: false, status, message, connectionId: client?.connectionId };
}

/** The functions run only for a valid handshake. `ws` checks the same, but too late: after all functions have run. */
function isWebSocketUpgrade({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === '13' &&
    isProtocolList(headers['sec-websocket-protocol'])
  );
}

function isProtocolList(list: string | undefined): boolean {
  const names = list?.split(',').map((name) => name.trim()) ?? [];
  return names.every((name) => token.test(name)) && new Set(names).size === names.length;
}

function newClient(request: IncomingMessage): Client {
  const userAgent = request.headers['user-agent'];
  return {
    connectionId: gatewayId(),
    connectedAt: new Date(),
    identity: { sourceIp: sourceIp(request), ...(userAgent !== undefined && { userAgent }) },
    domainName: request.headers.host ?? '',
    authorizer: undefined,
  };
}

/** Returns the context from the authorizer, or the status of the refusal. */
async function authorize(
  request: IncomingMessage,
  spec: WebSocketApiSpec,
  authorizer: WebSocketRouteSpec['authorizer'],
  client: Client,
  invoker: Invoker,
  timeoutMs: number,
  assumed: Assumed,
): Promise<Client['authorizer'] | 401 | 403 | 500> {
  if (authorizer === undefined) {
    return undefined;
  }
  if (!hasIdentity(request, authorizer.identitySources)) {
    return 401;
  }
  const methodArn = connectArn(spec);
  const event = {
    type: 'REQUEST',
    methodArn,
    ...handshakeFields(request),
    stageVariables: {},
    ...eventContext(spec, client, 'CONNECT', '$connect'),
  };
  const result = await integrate(invoker, authorizer.functionName, event, timeoutMs);
  const verdict = readVerdict(result, methodArn, assumed);
  return verdict.status === 200 ? verdict.context : verdict.status;
}

function connectStatus(result: InvocationResult | 'timed-out'): number {
  if (result === 'timed-out') {
    return 504;
  }
  const status = result.ok ? Number(Object(result.value).statusCode) : Number.NaN;
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 502;
}

/** The subprotocol in the headers of the $connect function's result. Without it the socket has no subprotocol. */
function subprotocolOf(result: InvocationResult | 'timed-out'): string | undefined {
  const value = result !== 'timed-out' && result.ok ? (result.value as { headers?: object }) : {};
  const [, name] =
    Object.entries(value.headers ?? {}).find(([key]) => key.toLowerCase() === 'sec-websocket-protocol') ?? [];
  return typeof name === 'string' && token.test(name) ? name : undefined;
}
