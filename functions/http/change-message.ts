import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { resolve } from '../core/conversations/roster.ts';
import type { MessagePlace } from '../core/messages/apply-change.ts';
import { deleteMessage, editMessage } from '../core/messages/edit-message.ts';
import type { Message } from '../core/messages/message.ts';
import { react, unreact } from '../core/messages/react.ts';
import { json } from '../middleware/http-replies.ts';
import { readInput, refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { MAX_MESSAGE_BODY_BYTES } from '../protocol/json-body.ts';
import { changedBody } from '../protocol/message-bodies.ts';
import { editRequest, readEmoji, readSeq } from '../protocol/requests.ts';
import { lastFrames, tellingChanges } from '../protocol/server-frames.ts';
import { openGateway, openHttpEntry, openUserAccess, wireChanging } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const changing = { ...wireChanging(access.table, openGateway(access.limit.count), reporting), lastFrames };

/**
 * `/conversations/{conversation}/messages/{seq}/`: `PATCH` edits and `DELETE` deletes an own message. `PUT` and `DELETE` below it, at
 * `reactions/{emoji}/`, add a reaction and take it back. Each as a socket does it.
 */
export const handler = userStack(reporting, access).handler(async (event) => {
  const { userId } = event.identity;
  const { pathParameters = {} } = event;
  const conversation = await resolve(changing, pathParameters.conversation ?? '', userId);
  const place = { conversation, seq: readSeq(pathParameters.seq) };
  return json(200, changedBody(await change(event, place), userId));
});

function change(event: APIGatewayProxyEventV2, place: MessagePlace): Promise<Message> {
  const { method } = event.requestContext.http;
  if (method === 'PATCH') {
    const edit = readInput(editRequest, event, MAX_MESSAGE_BODY_BYTES);
    return editMessage(changing, { ...place, ...edit }, tellingChanges());
  }
  refuseBody(event);
  const given = event.pathParameters?.emoji;
  if (given === undefined) return deleteMessage(changing, place, tellingChanges());
  const reaction = { ...place, emoji: readEmoji(given) };
  return method === 'PUT' ? react(changing, reaction) : unreact(changing, reaction);
}
