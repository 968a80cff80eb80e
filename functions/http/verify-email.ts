import { verifyEmail } from '../core/accounts/verify-email.ts';
import { noContent } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { verificationRequest } from '../protocol/requests.ts';
import { openHttpEntry, openTable, wireEmailVerification } from '../runtime/wiring.ts';

const dependencies = wireEmailVerification(openTable());

/** `POST /users/email/verification/`: confirms the e-mail address that a link went to; 204. */
export const handler = httpStack(openHttpEntry())
  .use(jsonInput(verificationRequest))
  .handler(async ({ input }) => {
    await verifyEmail(dependencies, input.token);
    return noContent;
  });
