import type { Message } from '../../core/messages/message.ts';
import type { MessageFrame } from '../../protocol/frames.ts';
import { messageFrame } from '../../protocol/server-frames.ts';
import { send } from '../../runtime/sending.ts';
import type { Caller } from './action.ts';
import { restoreSender } from './restoring.ts';

/** A message on the socket of one conversation: the original protocol, whose acknowledgement is the sender's own copy. */
export async function sendOriginal({ connection, username }: Caller, peerId: string, frame: MessageFrame) {
  const { message: text, clientId, after } = frame;
  const senderId = connection.userId;
  const frameFor = (stored: Message, readerId: string) => messageFrame(stored, username, readerId);
  const outgoing = { from: connection, senderId, peerId, text, clientId, after };
  const { message } = await send(outgoing, frameFor, restoreSender);
  return frameFor(message, senderId);
}
