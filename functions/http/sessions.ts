import { endOtherSessions, endSession, ownSessions } from '../core/sessions/own-sessions.ts';
import { audited } from '../middleware/audited.ts';
import { json, noContent } from '../middleware/http-replies.ts';
import { refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { sessionBody } from '../protocol/account-bodies.ts';
import { openAudit, openHttpEntry, openUserAccess, wireOwnSessions } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const sessions = { ...wireOwnSessions(access.table), audit };

/**
 * `GET /users/me/sessions/`: where the caller is logged in. `DELETE /users/me/sessions/{session_id}/` ends one of these
 * sessions, and `DELETE /users/me/sessions/` all but the caller's own; 204.
 */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .handler(async (event) => {
    const { identity, pathParameters, requestContext } = event;
    const { userId, sessionId } = identity;
    if (requestContext.http.method !== 'DELETE') {
      const live = await ownSessions(sessions, identity);
      return json(200, { results: live.map((session) => sessionBody(session, sessionId)) });
    }
    refuseBody(event);
    const one = pathParameters?.session_id;
    if (one === undefined) await endOtherSessions(sessions, identity);
    else await endSession(sessions, userId, one);
    return noContent;
  });
