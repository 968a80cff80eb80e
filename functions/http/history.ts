import { readHistory } from '../core/messages/read-messages.ts';
import { json } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { historyEntry } from '../protocol/message-bodies.ts';
import { type Envelope, pageLink, readHistoryWindow } from '../protocol/paging.ts';
import { openHttpEntry, openUserAccess, wireHistory } from '../runtime/wiring.ts';

const access = openUserAccess();
const history = wireHistory(access.table);

/** `GET /chat/history/{user_id}/`: a page of the conversation with that user, newest first. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { userId, username } = event.identity;
  const peerId = event.pathParameters?.user_id ?? '';
  const window = readHistoryWindow(event.queryStringParameters ?? {});
  const { count, messages, peer, sides } = await readHistory(history, { userId, peerId, window });
  const { limit } = window;
  const url = `${baseUrl(event)}/chat/history/${peerId}/`;
  const { older, newer } = sides;
  const envelope: Envelope<unknown> = {
    count,
    // Anchored at a `seq`. `offset` tells the page's position to clients that look at it, and has no effect.
    next: older === undefined ? null : pageLink(url, { limit, offset: count - older + 1, before: older }),
    previous:
      newer === undefined
        ? null
        : pageLink(url, { limit, offset: Math.max(0, count - newer - limit), after: newer }),
    results: messages.map((message) => historyEntry(message, { id: userId, username }, peer)),
  };
  return json(200, envelope);
});
