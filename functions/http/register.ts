import { passwordHasher } from '../auth/passwords.ts';
import { register } from '../core/accounts/register.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { jsonInput } from '../middleware/json-input.ts';
import { json } from '../middleware/replies.ts';
import { registerRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { system } from '../runtime/system.ts';
import { table } from '../runtime/table.ts';
import { accountStore } from '../storage/accounts.ts';

const dependencies = { accounts: accountStore(table, system), passwords: passwordHasher, ...system };

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
    const account = await register(dependencies, {
      email,
      username,
      firstName,
      lastName,
      password,
      passwordAgain,
    });
    return json(201, { id: account.id, email, username, first_name: firstName, last_name: lastName });
  });
