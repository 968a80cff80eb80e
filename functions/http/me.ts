import { changeProfile, type OwnProfile, ownProfile } from '../core/accounts/profile.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, httpStack, readInput } from '../middleware/http-stack.ts';
import { limitRequests } from '../middleware/rate-limit.ts';
import { profileRequest } from '../protocol/requests.ts';
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

/** `GET /users/me/`: the caller's account. `PATCH /users/me/`: changes names, and whether the presence is shown. */
export const handler = httpStack(openReporting())
  .use(authenticate(wireAuthentication(table)))
  .use(limitRequests(limit))
  .handler(async (event) => {
    const { userId } = event.identity;
    if (event.requestContext.http.method !== 'PATCH')
      return json(200, body(await ownProfile(profiles, userId)));
    const { first_name: firstName, last_name: lastName, presence } = readInput(profileRequest, event);
    return json(200, body(await changeProfile(profiles, userId, { firstName, lastName, presence })));
  });

function body({ account, presence }: OwnProfile) {
  const { id, email, username, firstName, lastName, createdAt } = account;
  return { id, email, username, first_name: firstName, last_name: lastName, presence, created_at: createdAt };
}
