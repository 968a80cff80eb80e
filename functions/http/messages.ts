import { readMessages } from '../core/messages/read-messages.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, baseUrl, httpStack } from '../middleware/http-stack.ts';
import { readWindow } from '../protocol/paging.ts';
import { syncedMessage } from '../protocol/server-frames.ts';
import { history } from '../runtime/history.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `GET /conversations/{conversation}/messages/`: a part of the log, oldest first, in either direction. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async (event) => {
    const { userId } = event.identity;
    const conversation = event.pathParameters?.conversation ?? '';
    const window = readWindow(event.queryStringParameters ?? {});
    const { messages, last, sides } = await readMessages(history.history, { userId, conversation, window });
    const url = `${baseUrl(event)}/conversations/${conversation}/messages/`;
    const link = (edge: 'before' | 'after', seq: number) => `${url}?${edge}=${seq}&limit=${window.limit}`;
    return json(200, {
      last_seq: last,
      older: sides.older === undefined ? null : link('before', sides.older),
      newer: sides.newer === undefined ? null : link('after', sides.newer),
      results: messages.map((message) => syncedMessage(message, userId)),
    });
  });
