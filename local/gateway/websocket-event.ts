import type { IncomingMessage } from 'node:http';
import type { WebSocketApiSpec } from '../model.ts';
import type { Client } from './connection.ts';
import { splitOnce } from './http-handler.ts';
import { gatewayId, requestTime } from './request-context.ts';

type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';

export interface EventContext {
  readonly requestContext: { readonly requestId: string } & Readonly<Record<string, unknown>>;
}

/** The request context that all events of a socket have. */
export function eventContext(
  { id, stage }: WebSocketApiSpec,
  client: Client,
  eventType: EventType,
  routeKey: string,
): EventContext {
  const requestId = gatewayId();
  const now = new Date();
  return {
    requestContext: {
      routeKey,
      eventType,
      ...(client.authorizer && { authorizer: client.authorizer }),
      ...(eventType === 'MESSAGE' && { messageId: gatewayId() }),
      messageDirection: 'IN',
      connectionId: client.connectionId,
      connectedAt: client.connectedAt.getTime(),
      requestTime: requestTime(now),
      requestTimeEpoch: now.getTime(),
      requestId,
      extendedRequestId: requestId,
      domainName: client.domainName,
      stage,
      apiId: id,
      identity: client.identity,
    },
  };
}

/** The part of the handshake that $connect and its authorizer receive. */
export function handshakeFields(request: IncomingMessage): object {
  const query = new URLSearchParams(splitOnce(request.url ?? '', '?')[1]);
  const multiValueHeaders = headersAsSent(request);
  const multiValueQueryStringParameters = Object.fromEntries(
    [...query.keys()].map((name) => [name, query.getAll(name)]),
  );
  return {
    headers: lastValues(multiValueHeaders),
    multiValueHeaders,
    ...(query.size > 0 && {
      queryStringParameters: lastValues(multiValueQueryStringParameters),
      multiValueQueryStringParameters,
    }),
    isBase64Encoded: false,
  };
}

/** A WebSocket API keeps the letter case of header names. The headers of the upgrade itself do not reach a function. */
function headersAsSent(request: IncomingMessage): Record<string, string[]> {
  const sent = new Map(
    request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => [name.toLowerCase(), name]),
  );
  const { connection, upgrade, ...headers } = request.headers;
  const named = Object.entries(headers).map(([name, value]) => {
    const capitalised = name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
    return [sent.get(name) ?? capitalised, [value ?? []].flat()];
  });
  return Object.fromEntries(named);
}

function lastValues(multiple: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(multiple).map(([name, values]) => [name, values.at(-1) ?? '']));
}
