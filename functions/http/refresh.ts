import { refreshSession } from '../core/sessions/refresh-session.ts';
import { json, NO_STORE } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { refreshRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { refresh as dependencies } from '../runtime/refresh.ts';

/** `POST /users/token/refresh/`: exchanges a refresh token for a new pair; 200. */
export const handler = httpStack({ logger, count })
  .use(jsonInput(refreshRequest))
  .handler(async ({ input: { refresh } }) =>
    json(200, await refreshSession(dependencies, refresh), NO_STORE),
  );
