import { verifyEmail } from '../core/accounts/verify-email.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { verificationRequest } from '../protocol/requests.ts';
import { openAudit, openHttpEntry, openTable, wireEmailVerification } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const dependencies = { ...wireEmailVerification(table), audit };

/** `POST /users/email/verification/`: confirms the e-mail address that a link went to; 204. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(jsonInput(verificationRequest))
  .handler(async ({ input }) => {
    await verifyEmail(dependencies, input.token);
    return noContent;
  });
