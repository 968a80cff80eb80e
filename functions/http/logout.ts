import { logOut } from '../core/sessions/log-in-and-out.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { authenticate } from '../middleware/user-stack.ts';
import { logoutRequest } from '../protocol/requests.ts';
import { openAudit, openHttpEntry, openTable, wireAuthentication, wireLogOut } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const sessions = { ...wireLogOut(table), audit };

/** `POST /users/logout/`: ends the session of the refresh token, and closes its sockets; 204. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(authenticate(wireAuthentication(table)))
  .use(jsonInput(logoutRequest))
  .handler(async ({ identity, input }) => {
    await logOut(sessions, identity.userId, input.refresh_token);
    return noContent;
  });
