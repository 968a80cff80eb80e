import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj, type MiddyfiedHandler } from '@middy/core';
import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda';
import { type Connection, type Gateway, hasExpired } from '../core/connections/connection.ts';
import { ParleyError, TokenExpired, Unavailable } from '../core/errors.ts';
import type { RateLimit } from '../core/rate-limit/rate-limit.ts';
import { type FrameFields, readObject, readRef, refIn } from '../protocol/frames.ts';
import { errorFrame } from '../protocol/server-frames.ts';
import { limitFrames } from './rate-limit.ts';
import { outOfTime, type Reporting, reporter } from './reporting.ts';
import { type AuthorizerContext, connectionOf } from './socket-identity.ts';

export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & { authorizer: AuthorizerContext }
>;

export type FrameEvent = SocketEvent & {
  /** The client's own reference, once the frame is read. Every reply repeats it. */
  ref?: string | undefined;
  /** The socket, with the end of its newest token. */
  connection?: Connection;
};

/** `body` goes back to the sender over the route's response. */
export interface SocketReply {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Options extends Reporting {
  readonly gateway: Gateway;
  readonly limit: RateLimit;
  /** The connection with the end of its newest token. */
  readonly withCurrentEnd: (connection: Connection) => Promise<Connection>;
  readonly now: () => Date;
}

/**
 * The stack of the function that gets frames: the log context, errors as error frames on a socket that stays open, and the end of
 * sockets whose token has expired.
 */
export function frameStack(options: Options): MiddyfiedHandler<FrameEvent, SocketReply> {
  return middy<FrameEvent, SocketReply>(outOfTime)
    .use(injectLambdaContext(options.logger))
    .use(errorFrames(reporter(options)))
    .use(expiry(options))
    .use(limitFrames(options.limit));
}

/**
 * Reads the JSON object of a frame, and keeps its reference for the reply.
 * @throws BadFrame
 */
export function readFrame(event: FrameEvent): FrameFields {
  const fields = readObject(event.body);
  event.ref = readRef(fields);
  return fields;
}

/** The socket of a frame. */
export function socketOf({ connection, requestContext }: FrameEvent): Connection {
  return connection ?? connectionOf(requestContext);
}

/** The reply to a frame, with the client's reference if it sent one. */
export function reply(frame: object, { ref }: Pick<FrameEvent, 'ref'>): SocketReply {
  return { statusCode: 200, body: JSON.stringify({ ...frame, ...(ref !== undefined && { ref }) }) };
}

function errorFrames(report: (error: unknown) => void): MiddlewareObj<FrameEvent, SocketReply> {
  return {
    onError(request) {
      const { error } = request;
      if (!(error instanceof ParleyError) || error instanceof Unavailable) report(error);
      const explained =
        error instanceof ParleyError
          ? error
          : { code: 'internal', message: 'Something went wrong on the server.' };
      const { ref = refIn(request.event.body) } = request.event;
      request.response = reply(errorFrame(explained), { ref });
    },
  };
}

/**
 * Closes a socket whose access token has expired. A reply could not reach a socket that is closed before the function returns, so the
 * reason is posted first.
 */
function expiry({
  gateway,
  withCurrentEnd,
  now,
}: Pick<Options, 'gateway' | 'withCurrentEnd' | 'now'>): MiddlewareObj<FrameEvent, SocketReply> {
  return {
    async before({ event }) {
      event.connection = await withCurrentEnd(connectionOf(event.requestContext));
      if (!hasExpired(event.connection, now())) return undefined;
      const { connectionId } = event.connection;
      const { body: frame = '' } = reply(errorFrame(new TokenExpired()), { ref: refIn(event.body) });
      try {
        await gateway.post(connectionId, frame);
      } finally {
        await gateway.close(connectionId);
      }
      return { statusCode: 200 };
    },
  };
}
