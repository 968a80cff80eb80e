import { resolve } from '../core/conversations/roster.ts';
import { changeOwnSettings } from '../core/settings/change-settings.ts';
import { json } from '../middleware/http-replies.ts';
import { readInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { lastFrames, settingsFrameOf } from '../protocol/server-frames.ts';
import { settingsBody } from '../protocol/settings-bodies.ts';
import { ownSettingsRequest } from '../protocol/settings-requests.ts';
import { openGateway, openHttpEntry, openUserAccess, wireSettings } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const settings = { ...wireSettings(access.table, openGateway(access.limit.count), reporting), lastFrames };

/** `PATCH /conversations/{conversation}/settings/`: what the conversation is to the caller. Their devices are told. */
export const handler = userStack(reporting, access).handler(async (event) => {
  const { muted_until: mutedUntil, ...change } = readInput(ownSettingsRequest, event);
  const conversation = await resolve(
    settings,
    event.pathParameters?.conversation ?? '',
    event.identity.userId,
  );
  const changed = await changeOwnSettings(
    settings,
    conversation,
    { ...change, mutedUntil },
    settingsFrameOf(conversation.id),
  );
  return json(200, settingsBody(changed));
});
