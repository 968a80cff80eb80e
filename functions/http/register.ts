import { register } from '../core/accounts/register.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { registerRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { registration } from '../runtime/registration.ts';

/** `POST /users/register/`: makes an account; 201. */
export const handler = httpStack({ logger, count })
  .use(jsonInput(registerRequest))
  .handler(async ({ input }) => {
    const {
      email,
      username,
      first_name: firstName,
      last_name: lastName,
      password,
      password2: passwordAgain,
    } = input;
    const account = await register(registration, {
      email,
      username,
      firstName,
      lastName,
      password,
      passwordAgain,
    });
    return json(201, { id: account.id, email, username, first_name: firstName, last_name: lastName });
  });
