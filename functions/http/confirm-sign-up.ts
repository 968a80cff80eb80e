import { confirmSignUp } from '../core/accounts/sign-up.ts';
import { audited } from '../middleware/audited.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { accountBody } from '../protocol/registration.ts';
import { signUpRequest } from '../protocol/requests.ts';
import { arePasswordsOn, openAudit, openHttpEntry, openTable, wireSignUp } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const dependencies = { ...wireSignUp(table), audit };

/** `POST /users/register/confirm/`: creates the account of a sign-up, by the link that was mailed to its address; 201. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(signUpRequest))
  .handler(async ({ input }) => json(201, accountBody(await confirmSignUp(dependencies, input))));
