import { requestSignUp } from '../core/accounts/sign-up.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { registrationOf, signUpBody } from '../protocol/registration.ts';
import { registerRequest } from '../protocol/requests.ts';
import { arePasswordsOn, openHttpEntry, openTable, wireSignUpRequest } from '../runtime/wiring.ts';

const reporting = openHttpEntry();
const dependencies = wireSignUpRequest(openTable(), reporting);

/** `POST /users/register/` where addresses must be verified: mails a link that creates the account; 202, whether one exists or not. */
export const handler = httpStack(reporting)
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(registerRequest))
  .handler(async ({ input }) => {
    const registration = registrationOf(input);
    await requestSignUp(dependencies, registration);
    return json(202, signUpBody(registration));
  });
