import { changeProfile, type OwnProfile, ownProfile } from '../core/accounts/profile.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, httpStack, readInput } from '../middleware/http-stack.ts';
import { profileRequest } from '../protocol/requests.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { profile } from '../runtime/profile.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `GET /users/me/`: one's own account; `PATCH /users/me/`: changes names, or whether one's presence is shown. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async (event) => {
    const { userId } = event.identity;
    if (event.requestContext.http.method !== 'PATCH')
      return json(200, body(await ownProfile(profile, userId)));
    const { first_name: firstName, last_name: lastName, presence } = readInput(profileRequest, event);
    return json(200, body(await changeProfile(profile, userId, { firstName, lastName, presence })));
  });

function body({ account, presence }: OwnProfile) {
  const { id, email, username, firstName, lastName, createdAt } = account;
  return { id, email, username, first_name: firstName, last_name: lastName, presence, created_at: createdAt };
}
