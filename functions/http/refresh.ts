import { refreshSession } from '../core/sessions/refresh-session.ts';
import { audited } from '../middleware/audited.ts';
import { clientInfo } from '../middleware/client-info.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { refreshRequest } from '../protocol/requests.ts';
import { openAudit, openHttpEntry, openTable, wireRefresh } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const sessions = { ...wireRefresh(table), audit };

/** `POST /users/token/refresh/`: exchanges a refresh token for a new pair; 200. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(jsonInput(refreshRequest))
  .handler(async ({ input: { refresh }, requestContext }) =>
    json(200, await refreshSession(sessions, refresh, clientInfo(requestContext))),
  );
