import type { Message } from '../core/messages/message.ts';
import { ownName } from './server-frames.ts';

/** A message of a conversation's log, where the reader knows its members: `sync` and the conversation's messages over HTTP. */
export function syncedMessage(message: Message, readerId: string) {
  return {
    id: message.id,
    conversation: message.conversation,
    seq: message.seq,
    message: message.text,
    sender_id: message.senderId,
    created_at: message.createdAt,
    ...(message.read > 0 && { read: message.read }),
    ...ownName(message, readerId),
  };
}
