import { block, blockedPeople, unblock } from '../core/blocks/block.ts';
import { audited } from '../middleware/audited.ts';
import { json, noContent } from '../middleware/http-replies.ts';
import { refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { openAudit, openHttpEntry, openUserAccess, wireBlocks } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const blocks = { ...wireBlocks(access.table), audit };

/**
 * `GET /users/me/blocks/`: whom the caller blocks. `PUT /users/{user_id}/block/` and `DELETE /users/{user_id}/block/`: blocks a user,
 * and ends that; 204.
 */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .handler(async (event) => {
    const { userId } = event.identity;
    const { method } = event.requestContext.http;
    const otherId = event.pathParameters?.user_id;
    if (otherId === undefined) return json(200, { results: await blockedPeople(blocks, userId) });
    refuseBody(event);
    await (method === 'PUT' ? block : unblock)(blocks, userId, otherId);
    return noContent;
  });
