import { asStaff } from '../core/accounts/staff.ts';
import { readEvents } from '../core/audit/read-events.ts';
import { json } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { eventBody } from '../protocol/account-bodies.ts';
import { readEventCursor, readPaging, writeEventCursor } from '../protocol/paging.ts';
import { openHttpEntry, openUserAccess, wireEvents } from '../runtime/wiring.ts';

const access = openUserAccess();
const dependencies = wireEvents(access.table);

/** For staff. `GET /users/{user_id}/audit/`: a page of the security events of a user, oldest first. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { cursor, limit: given } = event.queryStringParameters ?? {};
  const { limit } = readPaging({ limit: given });
  const from = readEventCursor(cursor);
  const userId = event.pathParameters?.user_id ?? '';
  const { events, next } = await asStaff(dependencies, event.identity.userId, () =>
    readEvents(dependencies, { userId, from, limit }),
  );
  const query = next && new URLSearchParams({ limit: String(limit), cursor: writeEventCursor(next) });
  return json(200, {
    next: query ? `${baseUrl(event)}/users/${userId}/audit/?${query}` : null,
    results: events.map(eventBody),
  });
});
