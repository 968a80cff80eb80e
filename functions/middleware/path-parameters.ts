import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { NotFound } from '../protocol/errors.ts';
import { foldId } from '../protocol/ids.ts';
import type { HttpReply } from './replies.ts';

/**
 * What the variables of a path hold: ids in lower case, whatever case they came in, and nothing behind the path's end. Each
 * route has a twin that ends in `{slash+}`, as API Gateway takes no route with a trailing slash. The twin also catches what
 * lies below the path, where there is nothing.
 */
export function pathParameters(): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before({ event }) {
      const { pathParameters: given = {}, rawPath } = event;
      if (given.slash) throw new NotFound(rawPath);
      const entries = Object.entries(given).map(([name, value = '']) => [name, foldId(value)] as const);
      if (entries.length > 0) event.pathParameters = Object.fromEntries(entries);
    },
  };
}
