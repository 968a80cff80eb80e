import { readUser } from '../core/accounts/profile.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, httpStack } from '../middleware/http-stack.ts';
import { limitRequests } from '../middleware/rate-limit.ts';
import {
  openRateLimit,
  openReporting,
  openTable,
  wireAuthentication,
  wireProfiles,
} from '../runtime/wiring.ts';

const limit = openRateLimit();
const table = openTable(limit.count);
const profiles = wireProfiles(table);

/** `GET /users/{user_id}/`: a user, and whether they are online. Users who hide their presence appear offline. */
export const handler = httpStack(openReporting())
  .use(authenticate(wireAuthentication(table)))
  .use(limitRequests(limit))
  .handler(async ({ pathParameters }) => {
    const { user, presence } = await readUser(profiles, pathParameters?.user_id ?? '');
    return json(200, { ...user, online: presence.online, last_seen: presence.lastSeen ?? null });
  });
