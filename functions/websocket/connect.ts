import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { openConnection } from '../core/connections/open-and-close.ts';
import { ParleyError, RateLimited } from '../core/errors.ts';
import { BY_FRAME, connectionOf } from '../middleware/socket-identity.ts';
import type { SocketEvent, SocketReply } from '../middleware/socket-stack.ts';
import { header, offeredSubprotocols, SUBPROTOCOL } from '../protocol/handshake.ts';
import { openLogger, openRateLimit, openTable, wireConnections } from '../runtime/wiring.ts';

const logger = openLogger();
const limit = openRateLimit();
const opening = wireConnections(openTable(limit.count));

/** A socket costs more than this function: the authorizer, `$disconnect`, and the stream's function that tells watchers. */
const WORK = { invocations: 7, httpRequests: 1, wru: 2, rru: 4 };

/** `$connect`, after the authorizer: adds the socket to the list of its account. A status other than 200 refuses the handshake. */
export const handler = middy<SocketEvent & { headers?: Record<string, string> }, SocketReply>()
  .use(injectLambdaContext(logger))
  .handler(async ({ requestContext, headers }) => {
    if (requestContext.eventType !== 'CONNECT') return BY_FRAME;
    if (requestContext.authorizer?.unchecked) return { statusCode: 503 };
    const connection = connectionOf(requestContext);
    const { userId } = connection;
    try {
      limit.enter({ userId });
      await openConnection(opening, connection);
      limit.count(WORK);
      limit.leave({ userId });
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.code === 'token_invalid') return { statusCode: 401 };
      if (error instanceof RateLimited) return { statusCode: 429 };
      logger.warn('a socket could not be recorded', error);
      return { statusCode: 503 };
    }
    const offered = offeredSubprotocols(header(headers, 'sec-websocket-protocol'));
    if (!offered.includes(SUBPROTOCOL)) return { statusCode: 200 };
    return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } };
  });
