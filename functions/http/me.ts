import { changeProfile, ownProfile } from '../core/accounts/profile.ts';
import { json } from '../middleware/http-replies.ts';
import { readInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { profileBody } from '../protocol/account-bodies.ts';
import { profileRequest } from '../protocol/requests.ts';
import { openHttpEntry, openUserAccess, wireProfiles } from '../runtime/wiring.ts';

const access = openUserAccess();
const profiles = wireProfiles(access.table);

/** `GET /users/me/`: the caller's account. `PATCH /users/me/`: changes names, and whether the presence is shown. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { userId } = event.identity;
  if (event.requestContext.http.method !== 'PATCH')
    return json(200, profileBody(await ownProfile(profiles, userId)));
  const { first_name: firstName, last_name: lastName, presence } = readInput(profileRequest, event);
  return json(200, profileBody(await changeProfile(profiles, userId, { firstName, lastName, presence })));
});
