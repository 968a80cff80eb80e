import { checkPassword } from '../core/accounts/check-password.ts';
import { openSession } from '../core/sessions/log-in-and-out.ts';
import { json, NO_STORE } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { tokenRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { login } from '../runtime/login.ts';
import { count } from '../runtime/metrics.ts';

/** `POST /users/token/`: logs in; 200 with a pair of tokens. */
export const handler = httpStack({ logger, count })
  .use(jsonInput(tokenRequest))
  .handler(async ({ input: { email, password } }) => {
    const { userId } = await checkPassword(login, email, password);
    return json(200, await openSession(login, userId), NO_STORE);
  });
