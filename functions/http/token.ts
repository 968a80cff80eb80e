import { DECOY_HASH, passwordHasher } from '../auth/passwords.ts';
import { checkPassword } from '../core/accounts/check-password.ts';
import { openSession } from '../core/sessions/open-session.ts';
import { httpStack } from '../middleware/http-stack.ts';
import { jsonInput } from '../middleware/json-input.ts';
import { json, NO_STORE } from '../middleware/replies.ts';
import { tokenRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { system } from '../runtime/system.ts';
import { table } from '../runtime/table.ts';
import { tokenIssuer } from '../runtime/token-issuer.ts';
import { credentialStore, profileStore } from '../storage/accounts.ts';
import { loginAttempts } from '../storage/login-attempts.ts';
import { sessionStore } from '../storage/sessions.ts';

const checking = {
  credentials: credentialStore(table),
  attempts: loginAttempts(table),
  passwords: passwordHasher,
  decoyHash: DECOY_HASH,
  now: system.now,
};
const opening = { profiles: profileStore(table), sessions: sessionStore(table), ...tokenIssuer, ...system };

/** `POST /users/token/`: logs in; 200 with a pair of tokens. */
export const handler = httpStack({ logger, count })
  .use(jsonInput(tokenRequest))
  .handler(async ({ input: { email, password } }) => {
    const { userId } = await checkPassword(checking, email, password);
    return json(200, await openSession(opening, userId), NO_STORE);
  });
