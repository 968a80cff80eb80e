import { requestReset } from '../core/accounts/reset-password.ts';
import { accepted } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { withMail } from '../middleware/with-feature.ts';
import { resetRequest } from '../protocol/requests.ts';
import { isMailOn, openHttpEntry, openTable, wireResetRequest } from '../runtime/wiring.ts';

const reporting = openHttpEntry();
const dependencies = wireResetRequest(openTable(), reporting);

/** `POST /users/password/reset/`: mails a link to a new password, if the address is that of an account; 202 in any case. */
export const handler = httpStack(reporting)
  .use(withMail(isMailOn()))
  .use(jsonInput(resetRequest))
  .handler(async ({ input }) => {
    await requestReset(dependencies, input.email);
    return accepted;
  });
