import { readUser } from '../core/accounts/profile.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, httpStack } from '../middleware/http-stack.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { profile } from '../runtime/profile.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `GET /users/{user_id}/`: somebody, and whether they are online unless they hide it. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .handler(async ({ pathParameters }) => {
    const { user, presence } = await readUser(profile, pathParameters?.user_id ?? '');
    return json(200, { ...user, online: presence.online, last_seen: presence.lastSeen ?? null });
  });
