import { deliver } from '../core/delivery/deliver.ts';
import { TokenExpired } from '../core/errors.ts';
import { append } from '../core/messages/append.ts';
import type { Message } from '../core/messages/message.ts';
import { sendMessage } from '../core/messages/send-message.ts';
import { connectionOf } from '../middleware/socket-identity.ts';
import { socketStack } from '../middleware/socket-stack.ts';
import { BadFrame } from '../protocol/errors.ts';
import { errorFrame, messageFrame, readFrame, refIn } from '../protocol/frames.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { sending } from '../runtime/sending.ts';
import { system } from '../runtime/system.ts';

/** `$default`: a frame on a conversation's socket. The stored message is the reply. */
export const handler = socketStack({ logger, count }).handler(async (event) => {
  const { requestContext, body, isBase64Encoded } = event;
  const { username, peerId, expiresAt } = requestContext.authorizer;
  if (Number(expiresAt) * 1000 <= system.now().getTime())
    return endExpired(requestContext.connectionId, refIn(body));
  const { message: text, ref, clientId, after } = readFrame(body, isBase64Encoded);
  event.ref = ref;
  if (peerId === '')
    throw new BadFrame('no_conversation', 'Open the socket of a conversation: /ws/chat/{user_id}/.', ref);
  const message = await sendMessage(
    {
      append: (draft) => append(sending, draft),
      connections: sending.connections,
      deliver: (to, stored) => deliver(sending, to, JSON.stringify(messageFrame(stored, username))),
      now: system.now,
    },
    { from: connectionOf(requestContext), peerId, text, clientId, after },
  );
  return { statusCode: 200, body: JSON.stringify(replyTo(message, username, ref)) };
});

/** The sender's own copy also names what the client named it. */
function replyTo(message: Message, username: string, ref: string | undefined) {
  return {
    ...messageFrame(message, username),
    ...(message.clientId !== undefined && { client_id: message.clientId }),
    ...(ref !== undefined && { ref }),
  };
}

/** A reply could not reach a socket that is closed before the function returns: so the reason is posted first. */
async function endExpired(connectionId: string, ref: string | undefined) {
  try {
    await sending.gateway.post(connectionId, JSON.stringify(errorFrame(new TokenExpired(), ref)));
  } finally {
    await sending.gateway.close(connectionId);
  }
  return { statusCode: 200 };
}
