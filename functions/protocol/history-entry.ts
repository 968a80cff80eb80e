import type { DirectoryEntry } from '../core/accounts/ports.ts';
import type { Message } from '../core/messages/message.ts';

/** A message as the history shows it to one of its two members. Messages do not change yet: `updated_at` is when they came. */
export function historyEntry(message: Message, self: DirectoryEntry, peer: DirectoryEntry) {
  const isOwn = message.senderId === self.id;
  return {
    id: message.id,
    sender: isOwn ? self : peer,
    receiver: isOwn ? peer : self,
    message: message.text,
    created_at: message.createdAt,
    updated_at: message.createdAt,
    seq: message.seq,
  };
}
