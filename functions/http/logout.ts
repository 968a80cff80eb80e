import { refreshTokens } from '../auth/refresh-tokens.ts';
import { logOut } from '../core/sessions/log-out.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { jsonInput } from '../middleware/json-input.ts';
import { noContent } from '../middleware/replies.ts';
import { logoutRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { system } from '../runtime/system.ts';
import { table } from '../runtime/table.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';
import { sessionStore } from '../storage/sessions.ts';

const dependencies = { sessions: sessionStore(table), refreshTokens: refreshTokens(system.randomBytes) };

/** `POST /users/logout/`: ends the session of the refresh token, and with it its sockets; 204. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .use(jsonInput(logoutRequest))
  .handler(async ({ identity, input }) => {
    await logOut(dependencies, identity.userId, input.refresh_token);
    return noContent;
  });
