import { refreshSession } from '../core/sessions/refresh-session.ts';
import { json, NO_STORE } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { refreshRequest } from '../protocol/requests.ts';
import { openReporting, openTable, wireRefresh } from '../runtime/wiring.ts';

const sessions = wireRefresh(openTable());

/** `POST /users/token/refresh/`: exchanges a refresh token for a new pair; 200. */
export const handler = httpStack(openReporting())
  .use(jsonInput(refreshRequest))
  .handler(async ({ input: { refresh } }) => json(200, await refreshSession(sessions, refresh), NO_STORE));
