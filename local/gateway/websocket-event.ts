import type { IncomingMessage } from 'node:http';
import type { WebSocketApiSpec } from '../model.ts';
import type { Client } from './connection.ts';
import { gatewayId } from './gateway-id.ts';
import { splitOnce } from './http-event.ts';
import { requestTime } from './request-time.ts';

type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';

export interface EventContext {
  readonly requestContext: { readonly requestId: string } & Readonly<Record<string, unknown>>;
}

/** What every event of a socket says about it. */
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

/** What $connect and its authorizer see of the handshake. */
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

/** A WebSocket API leaves the names of headers in the letter case in which they came. */
function headersAsSent(request: IncomingMessage): Record<string, string[]> {
  const sent = new Map(
    request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => [name.toLowerCase(), name]),
  );
  const named = Object.entries(request.headers).map(([name, value]) => {
    const capitalised = name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
    return [sent.get(name) ?? capitalised, [value ?? []].flat()];
  });
  return Object.fromEntries(named);
}

function lastValues(multiple: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(multiple).map(([name, values]) => [name, values.at(-1) ?? '']));
}
