import { readMessages } from '../core/messages/read-messages.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { baseUrl } from '../middleware/base-url.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { json } from '../middleware/replies.ts';
import { readWindow } from '../protocol/message-window.ts';
import { syncedMessage } from '../protocol/synced-message.ts';
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
    const { messages, last } = await readMessages(history.history, { userId, conversation, window });
    const url = `${baseUrl(event)}/conversations/${conversation}/messages/`;
    const link = (edge: 'before' | 'after', seq: number) => `${url}?${edge}=${seq}&limit=${window.limit}`;
    // An empty part lies before the first message, or behind the last one: everything is on its other side.
    const empty = window.before === undefined ? last : 0;
    const first = messages[0]?.seq ?? empty + 1;
    const newest = messages.at(-1)?.seq ?? empty;
    return json(200, {
      last_seq: last,
      older: first > 1 ? link('before', first) : null,
      newer: newest < last ? link('after', newest) : null,
      results: messages.map((message) => syncedMessage(message, userId)),
    });
  });
