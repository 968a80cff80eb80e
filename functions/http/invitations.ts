import { invitationsOf, invite, revokeInvitation } from '../core/invitations/invite.ts';
import { previewInvitation } from '../core/invitations/join.ts';
import { json, noContent } from '../middleware/http-replies.ts';
import { readInput, readOptionalInput, refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { invitationRequest, invitedRequest } from '../protocol/group-requests.ts';
import { invitationBody, previewBody } from '../protocol/invitation-bodies.ts';
import { openHttpEntry, openUserAccess, wireInvitations } from '../runtime/wiring.ts';

const access = openUserAccess();
const invitations = wireInvitations(access.table);

/**
 * `POST /conversations/{conversation}/invitations/`: creates an invitation to a group; 201. `GET` lists those that are valid, and
 * `DELETE …/{invitation}/` revokes one; 204. `POST /invitations/preview/` shows what one is invited to.
 */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  const { userId } = event.identity;
  const { conversation, invitation: id } = event.pathParameters ?? {};
  const { method } = event.requestContext.http;
  if (conversation === undefined) {
    const { token } = readInput(invitedRequest, event);
    return json(200, previewBody(await previewInvitation(invitations, token, userId)));
  }
  if (method === 'POST') {
    const { expires_in: expiresIn, max_uses: maxUses, role } = readOptionalInput(invitationRequest, event);
    const created = await invite(invitations, conversation, userId, { expiresIn, maxUses, role });
    const { id, ...shown } = invitationBody(created.invitation);
    return json(201, { id, token: created.token, ...shown });
  }
  if (id === undefined) {
    const live = await invitationsOf(invitations, conversation, userId);
    return json(200, { results: live.map(invitationBody) });
  }
  refuseBody(event);
  await revokeInvitation(invitations, conversation, userId, id);
  return noContent;
});
