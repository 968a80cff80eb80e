import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { SocketEvent } from '../../../functions/middleware/socket-stack.ts';
import { NOON } from './clock.ts';
import { alice, bob, id } from './people.ts';

/** What Lambda hands to a function beside the event. */
export const lambdaContext = {
  functionName: 'parley-test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:parley-test',
  memoryLimitInMB: '512',
  awsRequestId: id(900),
  getRemainingTimeInMillis: () => 10_000,
} as unknown as Context;

/** A request as an HTTP API hands it over (payload 2.0). */
export function httpEvent(
  method: string,
  rawPath: string,
  more: Partial<APIGatewayProxyEventV2> = {},
): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: `${method} ${rawPath}`,
    rawPath,
    rawQueryString: '',
    headers: { host: 'chat.example', ...more.headers },
    requestContext: { http: { method, path: rawPath }, domainName: 'api.example' },
    isBase64Encoded: false,
    ...more,
  } as APIGatewayProxyEventV2;
}

/** The same with a JSON body. */
export function jsonEvent(
  method: string,
  rawPath: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  return httpEvent(method, rawPath, {
    headers: { host: 'chat.example', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** An event of Alice's socket in her conversation with Bob, opened at noon. */
export function socketEvent(
  body?: string,
  {
    identity = {},
    eventType = 'MESSAGE',
    connectionId = 'alice-here',
  }: { identity?: object; eventType?: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'; connectionId?: string } = {},
): SocketEvent {
  return {
    requestContext: {
      connectionId,
      connectedAt: Date.parse(NOON),
      routeKey: { CONNECT: '$connect', MESSAGE: '$default', DISCONNECT: '$disconnect' }[eventType],
      eventType,
      authorizer: {
        userId: alice.id,
        username: 'Alice',
        sessionId: id(500),
        expiresAt: String(Date.parse(NOON) / 1000 + 1_800),
        peerId: bob.id,
        ...identity,
      },
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  } as SocketEvent;
}
