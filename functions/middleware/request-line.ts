import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Identity } from '../core/sessions/session.ts';
import type { HttpReply } from './http-replies.ts';

type Event = APIGatewayProxyEventV2 & { readonly identity?: Identity };

/**
 * One line for each request: who asked, from which address, and what the answer was. The access log of an HTTP API cannot name either:
 * its variables know no header and no token. `apiRequestId` is the one of the access log.
 */
export function requestLine(logger: Pick<Logger, 'info'>): MiddlewareObj<Event, HttpReply> {
  const log = ({ event, response }: Request<Event, HttpReply, Error, Context>): void => {
    const { http, requestId } = event.requestContext;
    logger.info('request', {
      apiRequestId: requestId,
      user: event.identity?.userId,
      viewer: http.sourceIp,
      // The route, and not the path: what callers write into it may be anything.
      route: event.routeKey,
      status: response?.statusCode,
    });
  };
  return { after: log, onError: log };
}
