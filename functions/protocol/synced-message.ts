import type { Message } from '../core/messages/message.ts';

/** A message of a conversation's log, where the reader knows its members: `sync` and the conversation's messages over HTTP. */
export function syncedMessage(message: Message) {
  return {
    id: message.id,
    conversation: message.conversation,
    seq: message.seq,
    message: message.text,
    sender_id: message.senderId,
    created_at: message.createdAt,
    ...(message.clientId !== undefined && { client_id: message.clientId }),
  };
}
