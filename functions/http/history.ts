import { readHistory } from '../core/messages/read-messages.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, baseUrl, httpStack } from '../middleware/http-stack.ts';
import { type Envelope, pageLink, readHistoryWindow } from '../protocol/paging.ts';
import { historyEntry } from '../protocol/server-frames.ts';
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
    const window = readHistoryWindow(event.queryStringParameters ?? {});
    const { count, messages, peer, sides } = await readHistory(history, { userId, peerId, window });
    const { limit } = window;
    const url = `${baseUrl(event)}/chat/history/${peerId}/`;
    const { older, newer } = sides;
    const envelope: Envelope<unknown> = {
      count,
      // Anchored at a `seq`, which counts; `offset` says where the page lies, for clients that look at it.
      next: older === undefined ? null : pageLink(url, { limit, offset: count - older + 1, before: older }),
      previous:
        newer === undefined
          ? null
          : pageLink(url, { limit, offset: Math.max(0, count - newer - limit), after: newer }),
      results: messages.map((message) => historyEntry(message, { id: userId, username }, peer)),
    };
    return json(200, envelope);
  });
