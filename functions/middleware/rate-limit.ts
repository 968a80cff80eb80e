import type { MiddlewareObj, Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Cause, RateLimit } from '../core/rate-limit/rate-limit.ts';
import { frameUnits, type Work } from '../core/rate-limit/work.ts';
import type { HttpReply } from './http-replies.ts';
import { identityOf } from './socket-identity.ts';
import type { FrameEvent, SocketReply } from './socket-stack.ts';
import type { Authenticated } from './user-stack.ts';

interface Options<Event, Reply> {
  readonly limit: RateLimit;
  readonly causeOf: (event: Event) => Cause;
  /** What the event itself costs, besides what the adapters count. */
  readonly workOf: (event: Event, reply: Reply | undefined) => Partial<Work>;
}

/** Of one event, from `before` to its end. */
interface Internal extends Record<string, unknown> {
  cause?: Cause;
}

type Middleware<Event, Reply> = MiddlewareObj<Event, Reply, Error, Context, Internal>;

function limited<Event, Reply>(options: Options<Event, Reply>): Middleware<Event, Reply> {
  const { limit, causeOf, workOf } = options;

  /** A refused event has no cause here, and is not charged: it could not be told when to come back. */
  const leave = ({ event, internal, response }: Request<Event, Reply, Error, Context, Internal>) => {
    if (internal.cause === undefined) return;
    limit.count(workOf(event, response ?? undefined));
    limit.leave(internal.cause);
  };

  return {
    before({ event, internal }) {
      const cause = causeOf(event);
      limit.enter(cause);
      internal.cause = cause;
    },
    after: leave,
    onError: leave,
  };
}

/** Refuses the frames of an account or a socket that causes too much work, with `rate_limited`. */
export function limitFrames(limit: RateLimit): Middleware<FrameEvent, SocketReply> {
  return limited<FrameEvent, SocketReply>({
    limit,
    causeOf: ({ requestContext }) => ({
      userId: identityOf(requestContext).userId,
      connectionId: requestContext.connectionId,
    }),
    workOf: ({ body }, reply) => {
      const bytesSent = Buffer.byteLength(reply?.body ?? '');
      return {
        invocations: 1,
        frames: frameUnits(Buffer.byteLength(body ?? '')) + frameUnits(bytesSent),
        bytesSent,
      };
    },
  });
}

/** The same for HTTP requests, with 429. It stands behind `authenticate`. */
export function limitRequests(limit: RateLimit): Middleware<Authenticated, HttpReply> {
  return limited<Authenticated, HttpReply>({
    limit,
    causeOf: ({ identity: { userId } }) => ({ userId }),
    workOf: (_, reply) => ({
      invocations: 1,
      httpRequests: 1,
      bytesSent: Buffer.byteLength(reply?.body ?? ''),
    }),
  });
}
