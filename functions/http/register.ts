import { register } from '../core/accounts/register.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { registerRequest } from '../protocol/requests.ts';
import { openReporting, openTable, wireRegistration } from '../runtime/wiring.ts';

const registration = wireRegistration(openTable());

/** `POST /users/register/`: creates an account; 201. */
export const handler = httpStack(openReporting())
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
