import { asConversationNotFound } from '../core/conversations/conversation.ts';
import { resolve } from '../core/conversations/roster.ts';
import { sendMessage, sendMessages } from '../core/messages/send-message.ts';
import { json } from '../middleware/http-replies.ts';
import { jsonInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { MAX_MESSAGE_BODY_BYTES } from '../protocol/json-body.ts';
import { syncedMessage } from '../protocol/message-bodies.ts';
import { toNewMessage, toNewMessages } from '../protocol/new-messages.ts';
import { messageRequest, readIdempotencyKey } from '../protocol/requests.ts';
import { framesOf, lastFrames, sentMessages } from '../protocol/server-frames.ts';
import { openGateway, openHttpEntry, openUserAccess, wireSending } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const sending = { ...wireSending(access.table, openGateway(access.limit.count), reporting), lastFrames };

/**
 * `POST /conversations/{conversation}/messages/`: sends messages as a socket does. One: 201, or 200 for a retry with the same key.
 * Several: 200 with what became of each.
 */
export const handler = userStack(reporting, access)
  .use(jsonInput(messageRequest, { maxBytes: MAX_MESSAGE_BODY_BYTES }))
  .handler(async ({ identity, input, headers, pathParameters }) => {
    const { userId, username } = identity;
    const { messages, after, read } = input;
    const id = pathParameters?.conversation ?? '';
    const place = { conversation: await resolve(sending, id, userId), after };
    const explain = asConversationNotFound(id);
    if (messages === undefined) {
      const client_id = readIdempotencyKey(headers['idempotency-key']);
      const draft = { ...place, ...toNewMessage({ ...input, client_id }) };
      const { message, repeated } = await sendMessage(sending, draft, framesOf(username)).catch(explain);
      return json(repeated ? 200 : 201, syncedMessage(message, userId));
    }
    const tried = toNewMessages(messages, read);
    const draft = { ...place, messages: tried };
    const sent = await sendMessages(sending, draft, framesOf(username)).catch(explain);
    return json(200, sentMessages(place.conversation.id, tried, sent));
  });
