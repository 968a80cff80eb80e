import { asStaff } from '../core/accounts/staff.ts';
import { restoreAccount, suspend } from '../core/accounts/suspend.ts';
import { audited } from '../middleware/audited.ts';
import { noContent } from '../middleware/http-replies.ts';
import { refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { openAudit, openHttpEntry, openUserAccess, wireSuspension } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const dependencies = { ...wireSuspension(access.table), audit };

/** For staff. `PUT /users/{user_id}/suspension/` suspends a user, and `DELETE` restores them; 204. */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .handler(async (event) => {
    refuseBody(event);
    const act = event.requestContext.http.method === 'PUT' ? suspend : restoreAccount;
    const userId = event.pathParameters?.user_id ?? '';
    await asStaff(dependencies, event.identity.userId, (by) => act(dependencies, { userId, by }));
    return noContent;
  });
