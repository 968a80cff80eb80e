import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { NotFound } from '../protocol/errors.ts';
import type { HttpReply } from './replies.ts';

/**
 * Each route has a twin that ends in `{slash+}`, as API Gateway takes no route with a trailing slash. The twin also catches
 * what lies below the path, where there is nothing.
 */
export function noRest(): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before({ event }) {
      if (event.pathParameters?.slash) throw new NotFound(event.rawPath);
    },
  };
}
