import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { openConnection } from '../core/connections/open-and-close.ts';
import { ParleyError } from '../core/errors.ts';
import { BY_FRAME, connectionOf } from '../middleware/socket-identity.ts';
import type { SocketEvent, SocketReply } from '../middleware/socket-stack.ts';
import { header, offeredSubprotocols, SUBPROTOCOL } from '../protocol/handshake.ts';
import { openLogger, openTable, wireConnections } from '../runtime/wiring.ts';

const logger = openLogger();
const opening = wireConnections(openTable());

/** `$connect`, after the authorizer: adds the socket to the list of its account. A status other than 200 refuses the handshake. */
export const handler = middy<SocketEvent & { headers?: Record<string, string> }, SocketReply>()
  .use(injectLambdaContext(logger))
  .handler(async ({ requestContext, headers }) => {
    if (requestContext.eventType !== 'CONNECT') return BY_FRAME;
    if (requestContext.authorizer?.unchecked) return { statusCode: 503 };
    try {
      await openConnection(opening, connectionOf(requestContext));
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.code === 'token_invalid') return { statusCode: 401 };
      logger.warn('a socket could not be recorded', error);
      return { statusCode: 503 };
    }
    const offered = offeredSubprotocols(header(headers, 'sec-websocket-protocol'));
    if (!offered.includes(SUBPROTOCOL)) return { statusCode: 200 };
    return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } };
  });
