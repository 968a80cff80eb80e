import { logIn } from '../core/sessions/log-in-and-out.ts';
import { audited } from '../middleware/audited.ts';
import { clientInfo } from '../middleware/client-info.ts';
import { json } from '../middleware/http-replies.ts';
import { httpStack, jsonInput } from '../middleware/http-stack.ts';
import { withPasswords } from '../middleware/with-feature.ts';
import { tokenRequest } from '../protocol/requests.ts';
import { arePasswordsOn, openAudit, openHttpEntry, openTable, wireLogIn } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openHttpEntry();
const audit = openAudit(table);
const dependencies = { ...wireLogIn(table), audit };

/** `POST /users/token/`: logs a user in; 200 with a pair of tokens. */
export const handler = httpStack(reporting)
  .use(audited(audit, reporting))
  .use(withPasswords(arePasswordsOn()))
  .use(jsonInput(tokenRequest))
  .handler(async ({ input: { device_id: deviceId, ...credentials }, requestContext }) =>
    json(200, await logIn(dependencies, { ...credentials, deviceId }, clientInfo(requestContext))),
  );
