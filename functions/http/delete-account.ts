import { deleteAccount } from '../core/accounts/delete-account.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { jsonInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { deletionRequest } from '../protocol/requests.ts';
import { arePasswordsOn, openAudit, openHttpEntry, openUserAccess, wireDeletion } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const dependencies = { ...wireDeletion(access.table), audit };

/** `DELETE /users/me/`: deletes the caller's account; 204. Their messages stay. */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(deletionRequest))
  .handler(async ({ identity, input }) => {
    await deleteAccount(dependencies, identity, input.password);
    return noContent;
  });
