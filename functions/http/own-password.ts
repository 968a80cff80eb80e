import { changePassword } from '../core/accounts/change-password.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { jsonInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { passwordRequest } from '../protocol/requests.ts';
import {
  arePasswordsOn,
  openAudit,
  openHttpEntry,
  openUserAccess,
  wireOwnPassword,
} from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const dependencies = { ...wireOwnPassword(access.table, reporting), audit };

/** `POST /users/me/password/`: changes the caller's password, and ends all their other sessions; 204. */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(passwordRequest))
  .handler(async ({ identity, input: { password, new_password: newPassword } }) => {
    await changePassword(dependencies, identity, { password, newPassword });
    return noContent;
  });
