import { inTermsOf, peerIn } from '../../core/conversations/conversation.ts';
import { UserNotFound } from '../../core/errors.ts';
import { isId } from '../../core/ids.ts';
import { messageFrame, sentFrame } from '../../protocol/server-frames.ts';
import { send } from '../../runtime/sending.ts';
import type { Action } from './action.ts';
import { restoreSender } from './restoring.ts';

/** `message.send` */
export const sendAction: Action<'message.send'> = async ({ connection, username }, input) => {
  const { to, conversation, text, client_id: clientId, after, read } = input;
  const senderId = connection.userId;
  const peerId = conversation === undefined ? userNamed(to, senderId) : peerIn(conversation, senderId);
  const sent = send(
    { from: connection, senderId, peerId, text, clientId, after, read },
    (message, readerId) => messageFrame(message, username, readerId),
    restoreSender,
  );
  const { message } = await (conversation === undefined ? sent : sent.catch(inTermsOf(conversation)));
  return sentFrame(message, username);
};

function userNamed(to: string | undefined, senderId: string): string {
  if (to === undefined || !isId(to) || to === senderId) throw new UserNotFound(to ?? '');
  return to;
}
