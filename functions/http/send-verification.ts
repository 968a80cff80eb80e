import { sendVerification } from '../core/accounts/verify-email.ts';
import { accepted } from '../middleware/http-replies.ts';
import { refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { withMail } from '../middleware/with-feature.ts';
import { isMailOn, openHttpEntry, openUserAccess, wireVerificationRequest } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const dependencies = wireVerificationRequest(access.table, reporting);

/** `POST /users/me/email/verification/`: mails the caller a link that confirms their e-mail address; 202. */
export const handler = userStack(reporting, access)
  .use(withMail(isMailOn()))
  .handler(async (event) => {
    refuseBody(event);
    await sendVerification(dependencies, event.identity.userId);
    return accepted;
  });
