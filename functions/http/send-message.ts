import { asConversationNotFound, resolve } from '../core/conversations/conversation.ts';
import { sendMessage } from '../core/messages/send-message.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, httpStack, jsonInput } from '../middleware/http-stack.ts';
import { MAX_MESSAGE_BODY_BYTES } from '../protocol/json-body.ts';
import { messageRequest, readIdempotencyKey } from '../protocol/requests.ts';
import { framesOf, syncedMessage } from '../protocol/server-frames.ts';
import { openGateway, openReporting, openTable, wireSending, wireVerification } from '../runtime/wiring.ts';

const table = openTable();
const reporting = openReporting();
const sending = wireSending(table, openGateway(), reporting);

/** `POST /conversations/{conversation}/messages/`: sends a message as a socket does; 201, or 200 for a retry with the same key. */
export const handler = httpStack(reporting)
  .use(authenticate(wireVerification(table)))
  .use(jsonInput(messageRequest, { maxBytes: MAX_MESSAGE_BODY_BYTES }))
  .handler(async ({ identity, input, headers, pathParameters }) => {
    const { userId, username } = identity;
    const clientId = readIdempotencyKey(headers['idempotency-key']);
    const id = pathParameters?.conversation ?? '';
    const conversation = resolve(id, userId);
    const { message, repeated } = await sendMessage(
      sending,
      { conversation, clientId, ...input },
      framesOf(username),
    ).catch(asConversationNotFound(id));
    return json(repeated ? 200 : 201, syncedMessage(message, userId));
  });
