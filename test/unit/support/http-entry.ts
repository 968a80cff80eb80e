import type { MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { httpEvent, lambdaContext } from './events.ts';
import { accessToken, storeLogin } from './logged-in.ts';
import { documentsInMemory } from './table.ts';

interface Request {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** An entry of the HTTP API over a table in memory, asked by Alice. */
export function httpEntry<E>(handler: MiddyfiedHandler<E, APIGatewayProxyStructuredResultV2>) {
  const { state, store } = documentsInMemory();
  storeLogin(store);
  return {
    state,
    store,
    async ask(method: string, rawPath: string, { path, query, headers, body }: Request = {}) {
      const event: APIGatewayProxyEventV2 = httpEvent(method, rawPath, {
        headers: {
          host: 'chat.example',
          authorization: `Bearer ${await accessToken()}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(path && { pathParameters: path }),
        ...(query && { queryStringParameters: query }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const reply = await handler(event as E, lambdaContext);
      return { statusCode: reply.statusCode, body: JSON.parse(reply.body ?? 'null') };
    },
  };
}
