import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj, type MiddyfiedHandler } from '@middy/core';
import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda';
import { ParleyError, Unavailable } from '../core/errors.ts';
import { BadFrame } from '../protocol/errors.ts';
import { errorFrame } from '../protocol/server-frames.ts';
import { outOfTime, type Reporting, reporter } from './reporting.ts';
import type { AuthorizerContext } from './socket-identity.ts';

export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & { authorizer: AuthorizerContext }
> & {
  /** The client's reference, once the frame was read. */
  ref?: string | undefined;
};

/** `body` goes back to the sender over the route's response. */
export interface SocketReply {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What every frame's entry starts from: log context, and errors as error frames on a socket that stays open. */
export function socketStack(reporting: Reporting): MiddyfiedHandler<SocketEvent, SocketReply> {
  return middy<SocketEvent, SocketReply>(outOfTime)
    .use(injectLambdaContext(reporting.logger))
    .use(errorFrames(reporter(reporting)));
}

function errorFrames(report: (error: unknown) => void): MiddlewareObj<SocketEvent, SocketReply> {
  return {
    onError(request) {
      const { error } = request;
      if (!(error instanceof ParleyError) || error instanceof Unavailable) report(error);
      const told =
        error instanceof ParleyError
          ? error
          : { code: 'internal', message: 'Something went wrong on the server.' };
      const ref = error instanceof BadFrame ? error.ref : request.event.ref;
      request.response = { statusCode: 200, body: JSON.stringify(errorFrame(told, ref)) };
    },
  };
}
