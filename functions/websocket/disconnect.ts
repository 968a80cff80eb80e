import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { BY_FRAME, identityOf } from '../middleware/socket-identity.ts';
import type { SocketEvent, SocketReply } from '../middleware/socket-stack.ts';
import { connectionStore, openLogger, openTable } from '../runtime/wiring.ts';

const logger = openLogger();
const connections = connectionStore(openTable());

/**
 * `$disconnect`: removes the socket from the list of its account. API Gateway sends it on a best-effort basis. If it is lost, a
 * 410 or the socket's age removes the socket.
 */
export const handler = middy<SocketEvent, SocketReply>()
  .use(injectLambdaContext(logger))
  .handler(async ({ requestContext }) => {
    if (requestContext.eventType !== 'DISCONNECT') return BY_FRAME;
    await connections.remove(identityOf(requestContext).userId, requestContext.connectionId);
    return { statusCode: 200 };
  });
