import { inTermsOf, peerIn } from '../core/conversations/conversation.ts';
import { json } from '../middleware/http-replies.ts';
import { authenticate, httpStack, jsonInput } from '../middleware/http-stack.ts';
import { MAX_MESSAGE_BODY_BYTES } from '../protocol/json-body.ts';
import { messageRequest, readIdempotencyKey } from '../protocol/requests.ts';
import { messageFrame, syncedMessage } from '../protocol/server-frames.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { send } from '../runtime/sending.ts';
import { verifyAccessToken } from '../runtime/token-verifier.ts';

/** `POST /conversations/{conversation}/messages/`: sends as a socket does; 201, or 200 for a repeat of the same key. */
export const handler = httpStack({ logger, count })
  .use(authenticate(verifyAccessToken))
  .use(jsonInput(messageRequest, { maxBytes: MAX_MESSAGE_BODY_BYTES }))
  .handler(async ({ identity, input, headers, pathParameters }) => {
    const { userId: senderId, username } = identity;
    const clientId = readIdempotencyKey(headers['idempotency-key']);
    const conversation = pathParameters?.conversation ?? '';
    const peerId = peerIn(conversation, senderId);
    const { message, repeated } = await send({ senderId, peerId, clientId, ...input }, (stored, readerId) =>
      messageFrame(stored, username, readerId),
    ).catch(inTermsOf(conversation));
    return json(repeated ? 200 : 201, syncedMessage(message, senderId));
  });
