import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { identityOf } from '../middleware/socket-identity.ts';
import type { SocketEvent, SocketReply } from '../middleware/socket-stack.ts';
import { connections } from '../runtime/connections.ts';
import { logger } from '../runtime/logger.ts';

/** `$disconnect`: forgets the socket. API Gateway sends it on a best-effort basis; a 410 or the TTL does the rest. */
export const handler = middy<SocketEvent, SocketReply>()
  .use(injectLambdaContext(logger))
  .handler(async ({ requestContext }) => {
    await connections.remove(identityOf(requestContext).userId, requestContext.connectionId);
    return { statusCode: 200 };
  });
