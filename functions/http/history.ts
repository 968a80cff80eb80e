import { readHistory } from '../core/messages/read-history.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { baseUrl } from '../middleware/base-url.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { json } from '../middleware/replies.ts';
import { historyEntry } from '../protocol/history-entry.ts';
import { type Envelope, pageLink, readPaging } from '../protocol/paging.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { table } from '../runtime/table.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';
import { profileStore } from '../storage/accounts.ts';
import { messageStore } from '../storage/messages.ts';

const dependencies = { profiles: profileStore(table), history: messageStore(table) };

/** `GET /chat/history/{user_id}/`: a page of the conversation with that user, newest first. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async (event) => {
    const { userId, username } = event.identity;
    const peerId = event.pathParameters?.user_id ?? '';
    const { limit, offset } = readPaging(event.queryStringParameters ?? {});
    const page = await readHistory(dependencies, { userId, peerId, limit, offset });
    const url = `${baseUrl(event)}/chat/history/${peerId}/`;
    const envelope: Envelope<unknown> = {
      count: page.count,
      next: offset + limit < page.count ? pageLink(url, { limit, offset: offset + limit }) : null,
      previous: offset > 0 ? pageLink(url, { limit, offset: Math.max(0, offset - limit) }) : null,
      results: page.messages.map((message) => historyEntry(message, { id: userId, username }, page.peer)),
    };
    return json(200, envelope);
  });
