import { register } from '../core/accounts/register.ts';
import { audited } from '../middleware/audited.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { accountBody, registrationOf } from '../protocol/registration.ts';
import { registerRequest } from '../protocol/requests.ts';
import { arePasswordsOn, openAudit, openHttpEntry, openTable, wireRegistration } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const registration = { ...wireRegistration(table, reporting), audit };

/** `POST /users/register/`: creates an account; 201. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(registerRequest))
  .handler(async ({ input }) => json(201, accountBody(await register(registration, registrationOf(input)))));
