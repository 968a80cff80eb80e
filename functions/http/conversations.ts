import { resolve } from '../core/conversations/roster.ts';
import { describe } from '../core/groups/describe.ts';
import { readInbox } from '../core/inbox/read-inbox.ts';
import { json } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { readInboxCursor, readPaging, writeInboxCursor } from '../protocol/paging.ts';
import { conversationBody, describedBody } from '../protocol/server-frames.ts';
import { openHttpEntry, openUserAccess, wireInbox } from '../runtime/wiring.ts';

const access = openUserAccess();
const inbox = wireInbox(access.table);

/** `GET /conversations/`: the caller's inbox, most recent first, with what is pinned. `GET /conversations/{conversation}/`: one entry. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { userId } = event.identity;
  const conversation = event.pathParameters?.conversation;
  if (conversation !== undefined) {
    const own = await resolve(inbox, conversation, userId);
    return json(200, describedBody(await describe(inbox, own)));
  }
  const query = event.queryStringParameters ?? {};
  const { limit } = readPaging({ limit: query.limit });
  const page = await readInbox(inbox, { userId, limit, before: readInboxCursor(query.cursor) });
  const next =
    page.next && new URLSearchParams({ limit: String(limit), cursor: writeInboxCursor(page.next) });
  return json(200, {
    next: next ? `${baseUrl(event)}/conversations/?${next}` : null,
    results: page.entries.map(conversationBody),
    ...(page.pinned && { pinned: page.pinned.map(conversationBody) }),
  });
});
