import { readUser } from '../core/accounts/profile.ts';
import { json } from '../middleware/http-replies.ts';
import { userStack } from '../middleware/user-stack.ts';
import { openHttpEntry, openUserAccess, wireProfiles } from '../runtime/wiring.ts';

const access = openUserAccess();
const profiles = wireProfiles(access.table);

/**
 * `GET /users/{user_id}/`: a user, and whether they are online. Users who hide their presence appear offline, and to them everybody
 * does. A block hides the presence from both.
 */
export const handler = userStack(openHttpEntry(), access).handler(async ({ identity, pathParameters }) => {
  const asked = { userId: pathParameters?.user_id ?? '', viewerId: identity.userId };
  const { user, presence, isBlocked } = await readUser(profiles, asked);
  return json(200, {
    ...user,
    online: presence.online,
    last_seen: presence.lastSeen ?? null,
    ...(isBlocked && { blocked: true }),
  });
});
