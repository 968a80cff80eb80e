import { describeAfter } from '../core/groups/describe.ts';
import { joinGroup } from '../core/invitations/join.ts';
import { json } from '../middleware/http-replies.ts';
import { refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { describedBody, eventFrameOf, lastFrames } from '../protocol/server-frames.ts';
import { openGateway, openHttpEntry, openUserAccess, wireInbox, wireJoining } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const joining = { ...wireJoining(access.table, openGateway(access.limit.count), reporting), lastFrames };
const inbox = wireInbox(access.table);

/** `POST /invitations/{token}/`: joins a group; 200 with it. */
export const handler = userStack(reporting, access).handler(async (event) => {
  const { userId, username } = event.identity;
  refuseBody(event);
  const actor = { userId, frameFor: eventFrameOf(username) };
  const roster = await joinGroup(joining, event.pathParameters?.token ?? '', actor);
  return json(200, describedBody(await describeAfter(inbox, roster, userId)));
});
