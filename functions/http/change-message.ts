import { resolve } from '../core/conversations/conversation.ts';
import { deleteMessage, editMessage } from '../core/messages/change-message.ts';
import { json } from '../middleware/http-replies.ts';
import { readInput, refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { MAX_MESSAGE_BODY_BYTES } from '../protocol/json-body.ts';
import { changedBody } from '../protocol/message-bodies.ts';
import { editRequest, readSeq } from '../protocol/requests.ts';
import { lastFrames, tellingChanges } from '../protocol/server-frames.ts';
import { openGateway, openHttpEntry, openUserAccess, wireChanging } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const changing = { ...wireChanging(access.table, openGateway(access.limit.count), reporting), lastFrames };

/** `PATCH` and `DELETE /conversations/{conversation}/messages/{seq}/`: edits or deletes an own message, as a socket does. */
export const handler = userStack(reporting, access).handler(async (event) => {
  const { identity, pathParameters, requestContext } = event;
  const conversation = resolve(pathParameters?.conversation ?? '', identity.userId);
  const place = { conversation, seq: readSeq(pathParameters?.seq) };
  if (requestContext.http.method === 'DELETE') {
    refuseBody(event);
    return json(200, changedBody(await deleteMessage(changing, place, tellingChanges()), 'sender'));
  }
  const edit = { ...place, ...readInput(editRequest, event, MAX_MESSAGE_BODY_BYTES) };
  return json(200, changedBody(await editMessage(changing, edit, tellingChanges()), 'sender'));
});
