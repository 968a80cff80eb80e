import { resetPassword } from '../core/accounts/reset-password.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { newPasswordRequest } from '../protocol/requests.ts';
import { arePasswordsOn, openAudit, openHttpEntry, openTable, wireReset } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const dependencies = { ...wireReset(table, reporting), audit };

/** `POST /users/password/reset/confirm/`: gives the account of a link a new password, and ends all its sessions; 204. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(newPasswordRequest))
  .handler(async ({ input }) => {
    await resetPassword(dependencies, input);
    return noContent;
  });
