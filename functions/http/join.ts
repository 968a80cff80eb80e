import { describeAfter } from '../core/groups/describe.ts';
import { joinGroup } from '../core/invitations/join.ts';
import { json } from '../middleware/http-replies.ts';
import { jsonInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { invitedRequest } from '../protocol/group-requests.ts';
import { describedBody, eventFrameOf, lastFrames } from '../protocol/server-frames.ts';
import { openGateway, openHttpEntry, openUserAccess, wireInbox, wireJoining } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const joining = { ...wireJoining(access.table, openGateway(access.limit.count), reporting), lastFrames };
const inbox = wireInbox(access.table);

/** `POST /invitations/join/`: joins a group; 200 with it. */
export const handler = userStack(reporting, access)
  .use(jsonInput(invitedRequest))
  .handler(async ({ identity, input }) => {
    const { userId, username } = identity;
    const actor = { userId, frameFor: eventFrameOf(username) };
    const roster = await joinGroup(joining, input.token, actor);
    return json(200, describedBody(await describeAfter(inbox, roster, userId)));
  });
