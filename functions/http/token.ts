import { checkPassword } from '../core/accounts/check-password.ts';
import { openSession } from '../core/sessions/log-in-and-out.ts';
import { json, NO_STORE } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { tokenRequest } from '../protocol/requests.ts';
import { openReporting, openTable, wireLogIn } from '../runtime/wiring.ts';

const logIn = wireLogIn(openTable());

/** `POST /users/token/`: logs a user in; 200 with a pair of tokens. */
export const handler = httpStack(openReporting())
  .use(jsonInput(tokenRequest))
  .handler(async ({ input: { email, password } }) => {
    const { userId } = await checkPassword(logIn, email, password);
    return json(200, await openSession(logIn, userId), NO_STORE);
  });
