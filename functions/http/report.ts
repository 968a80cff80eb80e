import { report } from '../core/reports/report.ts';
import { json } from '../middleware/http-replies.ts';
import { jsonInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { reportRequest } from '../protocol/report-requests.ts';
import { openHttpEntry, openUserAccess, wireReporting } from '../runtime/wiring.ts';

const access = openUserAccess();
const dependencies = wireReporting(access.table);

/** `POST /reports/`: reports a user or a message; 201, or 200 if an open report of the same user has the same. */
export const handler = userStack(openHttpEntry(), access)
  .use(jsonInput(reportRequest))
  .handler(async ({ identity, input: { user, ...given } }) => {
    const { id, createdAt, isNew } = await report(dependencies, identity.userId, { ...given, userId: user });
    return json(isNew ? 201 : 200, { id, created_at: createdAt });
  });
