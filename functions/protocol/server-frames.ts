import type { DirectoryEntry } from '../core/accounts/directory.ts';
import { type FieldErrors, isRetriable, ValidationFailed } from '../core/errors.ts';
import type { InboxEntry } from '../core/inbox/inbox.ts';
import type { Message } from '../core/messages/message.ts';
import type { Presence } from '../core/presence/presence.ts';

/**
 * The name that a message's sender gave it, for its sender alone: a device of theirs may hold it as unsent, tried over a socket
 * that is gone or left to it by another tab, and knows it by that. The other member could use the same name for a message.
 */
export function ownName({ senderId, clientId }: Message, readerId: string) {
  return senderId === readerId && clientId !== undefined ? { client_id: clientId } : {};
}

/** A stored message as the sockets of one member get it. */
export function messageFrame(message: Message, senderName: string, readerId: string) {
  return {
    type: 'chat.message' as const,
    id: message.id,
    conversation: message.conversation,
    seq: message.seq,
    message: message.text,
    sender: senderName,
    sender_id: message.senderId,
    created_at: message.createdAt,
    ...(message.read > 0 && { read: message.read }),
    ...ownName(message, readerId),
  };
}

/** The reply to `message.send`. */
export function sentFrame(message: Message, senderName: string) {
  return { ...messageFrame(message, senderName, message.senderId), type: 'message.sent' as const };
}

/** Somebody's mark, as it stands now. */
export function markFrame(
  type: 'conversation.read' | 'message.received',
  { conversation, userId, seq }: { conversation: string; userId: string; seq: number },
) {
  return { type, conversation, user_id: userId, seq };
}

export function typingFrame(conversation: string, userId: string, seconds: number) {
  return { type: 'typing' as const, conversation, user_id: userId, expires_in: seconds };
}

export function presenceBody({ userId, online, lastSeen }: Presence) {
  return { user_id: userId, online, last_seen: lastSeen ?? null };
}

export function presenceFrame(presences: readonly Presence[]) {
  return { type: 'presence' as const, users: presences.map(presenceBody) };
}

export const sessionEndedFrame = {
  type: 'session.ended' as const,
  detail: 'This session has ended. Log in again.',
};

/** A conversation as the inbox shows it, over HTTP and in `sync` alike. */
export function conversationBody(entry: InboxEntry) {
  const { conversation, peer, last, unread, own, peers, presence } = entry;
  const { online, last_seen } = presenceBody(presence);
  return {
    id: conversation,
    peer: { ...peer, online, last_seen },
    last_message: {
      id: last.id,
      seq: last.seq,
      sender_id: last.senderId,
      message: last.text,
      created_at: last.createdAt,
    },
    unread,
    read: own.read,
    received: own.received,
    peer_read: peers.read,
    peer_received: peers.received,
  };
}

interface Told {
  readonly code: string;
  readonly message: string;
}

/** What went wrong with a frame; with `retry_after` (seconds) or `errors` (by field) where there is more to say. */
export function errorFrame(error: Told, ref?: string) {
  return {
    type: 'error' as const,
    code: error.code,
    detail: error.message,
    ...(isRetriable(error) && { retry_after: error.retryAfter }),
    ...(error instanceof ValidationFailed && { errors: error.errors satisfies FieldErrors }),
    ...(ref !== undefined && { ref }),
  };
}

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
