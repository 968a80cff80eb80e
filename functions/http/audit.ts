import { asStaff } from '../core/accounts/staff.ts';
import { readEvents } from '../core/audit/read-events.ts';
import { audited } from '../middleware/audited.ts';
import { json } from '../middleware/http-replies.ts';
import { baseUrl } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { eventBody } from '../protocol/account-bodies.ts';
import { readEventCursor, readPaging, writeEventCursor } from '../protocol/paging.ts';
import { openAudit, openHttpEntry, openUserAccess, wireEvents } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const dependencies = { ...wireEvents(access.table), audit };

/** For staff. `GET /users/{user_id}/audit/`: a page of the security events of a user, oldest first. */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .handler(async (event) => {
    const { cursor, limit: given } = event.queryStringParameters ?? {};
    const { limit } = readPaging({ limit: given });
    const from = readEventCursor(cursor);
    const userId = event.pathParameters?.user_id ?? '';
    const { events, next } = await asStaff(dependencies, event.identity.userId, (by) =>
      readEvents(dependencies, { userId, from, limit }, by),
    );
    const query = next && new URLSearchParams({ limit: String(limit), cursor: writeEventCursor(next) });
    return json(200, {
      next: query ? `${baseUrl(event)}/users/${userId}/audit/?${query}` : null,
      results: events.map(eventBody),
    });
  });
