import { conversationIdOf, peerIn } from '../../core/conversations/conversation-id.ts';
import { deliver } from '../../core/delivery/deliver.ts';
import { UserNotFound } from '../../core/errors.ts';
import { isId } from '../../core/ids.ts';
import { append } from '../../core/messages/append.ts';
import { type Outgoing, sendMessage } from '../../core/messages/send-message.ts';
import { messageFrame, sentFrame } from '../../protocol/server-frames.ts';
import { sending } from '../../runtime/sending.ts';
import type { Action } from './action.ts';

/** Appends and delivers a message; both protocols come here. */
export function send(username: string, outgoing: Outgoing) {
  return sendMessage(
    {
      append: (draft) => append(sending, draft),
      connections: sending.connections,
      deliver: (to, stored) => deliver(sending, to, JSON.stringify(messageFrame(stored, username))),
      now: sending.now,
    },
    outgoing,
  );
}

/** `message.send` */
export const sendAction: Action<'message.send'> = async ({ connection, username }, input) => {
  const { to, conversation, text, client_id: clientId, after } = input;
  const senderId = connection.userId;
  if (to !== undefined && (!isId(to) || to === senderId)) throw new UserNotFound(to);
  const peerId = peerIn(conversation ?? conversationIdOf(senderId, to ?? ''), senderId);
  const { message } = await send(username, { from: connection, senderId, peerId, text, clientId, after });
  return sentFrame(message, username);
};
