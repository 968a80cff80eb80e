import { readConversation, readInbox } from '../core/inbox/read-inbox.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, baseUrl, httpStack } from '../middleware/http-stack.ts';
import { readPaging, readPlaceCursor, writePlaceCursor } from '../protocol/paging.ts';
import { conversationBody } from '../protocol/server-frames.ts';
import { inbox } from '../runtime/inbox.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `GET /conversations/`: one's inbox, most recent first; `GET /conversations/{conversation}/`: one of it. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async (event) => {
    const { userId } = event.identity;
    const conversation = event.pathParameters?.conversation;
    if (conversation !== undefined) {
      return json(200, conversationBody(await readConversation(inbox, { userId, conversation })));
    }
    const query = event.queryStringParameters ?? {};
    const { limit } = readPaging({ limit: query.limit });
    const page = await readInbox(inbox, { userId, limit, before: readPlaceCursor(query.cursor) });
    const next =
      page.next && new URLSearchParams({ limit: String(limit), cursor: writePlaceCursor(page.next) });
    return json(200, {
      next: next ? `${baseUrl(event)}/conversations/?${next}` : null,
      results: page.entries.map(conversationBody),
    });
  });
