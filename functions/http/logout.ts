import { logOut } from '../core/sessions/log-in-and-out.ts';
import { noContent } from '../middleware/http-replies.ts';
import { authenticate, httpStack, jsonInput } from '../middleware/http-stack.ts';
import { logoutRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { logout } from '../runtime/logout.ts';
import { count } from '../runtime/metrics.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `POST /users/logout/`: ends the session of the refresh token, and with it its sockets; 204. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .use(jsonInput(logoutRequest))
  .handler(async ({ identity, input }) => {
    await logOut(logout, identity.userId, input.refresh_token);
    return noContent;
  });
