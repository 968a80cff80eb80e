import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SocketEvent, SocketReply } from '../middleware/socket-stack.ts';
import { connections } from '../runtime/connections.ts';
import { logger } from '../runtime/logger.ts';

/** `$disconnect`: forgets the socket. API Gateway sends it on a best-effort basis; a 410 or the TTL does the rest. */
export const handler = middy<SocketEvent, SocketReply>()
  .use(injectLambdaContext(logger))
  .handler(async ({ requestContext: { connectionId, authorizer } }) => {
    await connections.remove(authorizer.userId, connectionId);
    return { statusCode: 200 };
  });
