import type { Roster } from '../core/conversations/roster.ts';
import { createGroup } from '../core/groups/create-group.ts';
import { describeAfter } from '../core/groups/describe.ts';
import { dissolveGroup } from '../core/groups/dissolve.ts';
import { putMember, removeMember } from '../core/groups/members.ts';
import { changeSettings } from '../core/groups/settings.ts';
import { json, noContent } from '../middleware/http-replies.ts';
import { readInput, readOptionalInput, refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { groupRequest, memberRequest, settingsRequest } from '../protocol/group-requests.ts';
import { describedBody, eventFrameOf, lastFrames, memberBody } from '../protocol/server-frames.ts';
import { openGateway, openHttpEntry, openUserAccess, wireCreation, wireInbox } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const groups = { ...wireCreation(access.table, openGateway(access.limit.count), reporting), lastFrames };
const inbox = wireInbox(access.table);

/**
 * `POST /conversations/`: creates a group; 201, or 200 for one that its key has created before. `PATCH /conversations/{conversation}/`:
 * changes what it says of itself, and who may do what in it; `DELETE` dissolves it. `PUT` and `DELETE …/members/{user_id}/`: adds a member or gives them another role, and removes them or leaves.
 */
export const handler = userStack(reporting, access).handler(async (event) => {
  const { userId, username } = event.identity;
  const actor = { userId, frameFor: eventFrameOf(username) };
  const { conversation: id, user_id: memberId } = event.pathParameters ?? {};
  const { method } = event.requestContext.http;
  if (id === undefined) {
    const { history = 'all', ...group } = readInput(groupRequest, event);
    const { roster, repeated } = await createGroup(groups, actor, { ...group, history });
    return json(repeated ? 200 : 201, await groupBody(roster, userId));
  }
  if (memberId === undefined && method === 'DELETE') {
    refuseBody(event);
    await dissolveGroup(groups, id, actor);
    return noContent;
  }
  if (memberId === undefined) {
    const settings = readInput(settingsRequest, event);
    return json(200, await groupBody(await changeSettings(groups, id, actor, settings), userId));
  }
  if (method === 'PUT') {
    const { role } = readOptionalInput(memberRequest, event);
    return json(200, memberBody(await putMember(groups, id, actor, { userId: memberId, role })));
  }
  refuseBody(event);
  await removeMember(groups, id, actor, memberId);
  return noContent;
});

async function groupBody(roster: Roster, userId: string) {
  return describedBody(await describeAfter(inbox, roster, userId));
}
