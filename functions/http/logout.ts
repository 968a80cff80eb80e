import { logOut } from '../core/sessions/log-in-and-out.ts';
import { noContent } from '../middleware/http-replies.ts';
import { authenticate, httpStack, jsonInput } from '../middleware/http-stack.ts';
import { logoutRequest } from '../protocol/requests.ts';
import { openReporting, openTable, wireAuthentication, wireLogOut } from '../runtime/wiring.ts';

const table = openTable();
const sessions = wireLogOut(table);

/** `POST /users/logout/`: ends the session of the refresh token, and closes its sockets; 204. */
export const handler = httpStack(openReporting())
  .use(authenticate(wireAuthentication(table)))
  .use(jsonInput(logoutRequest))
  .handler(async ({ identity, input }) => {
    await logOut(sessions, identity.userId, input.refresh_token);
    return noContent;
  });
