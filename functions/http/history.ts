import { readHistory } from '../core/messages/read-history.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { baseUrl } from '../middleware/base-url.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { json } from '../middleware/replies.ts';
import { historyEntry } from '../protocol/history-entry.ts';
import { type Envelope, pageLink, readPaging } from '../protocol/paging.ts';
import { history } from '../runtime/history.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `GET /chat/history/{user_id}/`: a page of the conversation with that user, newest first. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async (event) => {
    const { userId, username } = event.identity;
    const peerId = event.pathParameters?.user_id ?? '';
    const { limit, offset } = readPaging(event.queryStringParameters ?? {});
    const page = await readHistory(history, { userId, peerId, limit, offset });
    const url = `${baseUrl(event)}/chat/history/${peerId}/`;
    const envelope: Envelope<unknown> = {
      count: page.count,
      next: offset + limit < page.count ? pageLink(url, { limit, offset: offset + limit }) : null,
      previous: offset > 0 ? pageLink(url, { limit, offset: Math.max(0, offset - limit) }) : null,
      results: page.messages.map((message) => historyEntry(message, { id: userId, username }, page.peer)),
    };
    return json(200, envelope);
  });
