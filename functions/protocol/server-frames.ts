import type { Person } from '../core/accounts/account.ts';
import type { LastFrames } from '../core/connections/open-and-close.ts';
import { type FieldErrors, RetriableError, TokenExpired, ValidationFailed } from '../core/errors.ts';
import type { InboxEntry } from '../core/inbox/inbox.ts';
import type { NewMessage } from '../core/messages/append.ts';
import type { Message } from '../core/messages/message.ts';
import type { FramesFor, Sent } from '../core/messages/send-message.ts';
import type { Presence } from '../core/presence/presence.ts';

/**
 * The client id of a message, for its sender alone. A device of the sender may still hold the message as unsent, and recognises
 * it by this name. Other members get no client id: their own clients may use the same one.
 */
function ownClientId({ clientId }: Message, isSender: boolean) {
  return isSender && clientId !== undefined ? { client_id: clientId } : {};
}

/** A stored message as the sockets of one reader get it. */
export function messageFrame(message: Message, senderName: string, reader: 'sender' | 'others') {
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
    ...ownClientId(message, reader === 'sender'),
  };
}

/** One of several stored messages, which share their conversation and their sender. */
function messageBody({ id, seq, text, createdAt, read }: Message) {
  return { id, seq, message: text, created_at: createdAt, ...(read > 0 && { read }) };
}

/** Several stored messages of one conversation and sender, as the devices of one reader get them. */
export function messagesFrame(messages: readonly Message[], senderName: string, reader: 'sender' | 'others') {
  const [first] = messages as [Message];
  return {
    type: 'chat.messages' as const,
    conversation: first.conversation,
    sender: senderName,
    sender_id: first.senderId,
    messages: messages.map((message) => ({
      ...messageBody(message),
      ...ownClientId(message, reader === 'sender'),
    })),
  };
}

/** Stored messages as the sockets of one reader get them. The original protocol knows only one message at a time. */
export function framesOf(senderName: string): FramesFor {
  return (messages, reader, socket) => {
    const isOne = socket === 'conversation' || messages.length === 1;
    const frames = isOne
      ? messages.map((message) => messageFrame(message, senderName, reader))
      : [messagesFrame(messages, senderName, reader)];
    return frames.map((frame) => JSON.stringify(frame));
  };
}

/** What became of each of several messages, in their order. */
export function sentMessages(
  conversation: string,
  tried: readonly Pick<NewMessage, 'clientId'>[],
  { messages, refusal }: Sent,
) {
  const results = tried.map(({ clientId: client_id }, i) => {
    const sent = messages[i];
    if (sent) {
      const status = sent.repeated ? ('repeated' as const) : ('stored' as const);
      return { client_id, status, ...messageBody(sent.message) };
    }
    if (i > messages.length || !refusal) return { client_id, status: 'not_tried' as const };
    const { type: _, ...explained } = errorFrame(refusal);
    return { client_id, status: 'refused' as const, ...explained };
  });
  return { conversation, results };
}

/** The reply to `message.send` with `messages`. */
export function sentMessagesFrame(...of: Parameters<typeof sentMessages>) {
  return { type: 'messages.sent' as const, ...sentMessages(...of) };
}

/** The reply to `message.send`. */
export function sentFrame(message: Message, senderName: string) {
  return { ...messageFrame(message, senderName, 'sender'), type: 'message.sent' as const };
}

/** A member's receipt. */
export function receiptFrame(
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

/** The reply to `auth.refresh`. */
export function refreshedFrame(expiresAt: Date) {
  return { type: 'auth.refreshed' as const, expires_at: expiresAt.toISOString() };
}

export const sessionEndedFrame = {
  type: 'session.ended' as const,
  detail: 'This session has ended. Log in again.',
};

export const connectionReplacedFrame = {
  type: 'connection.replaced' as const,
  detail: 'This account has opened too many connections, so its oldest one was closed.',
};

/** A conversation as the inbox shows it, both over HTTP and in `sync`. */
export function conversationBody(entry: InboxEntry) {
  const { conversation, peer, last, unread, own, peers, presence, isBlocked } = entry;
  const { online, last_seen } = presenceBody(presence);
  return {
    id: conversation,
    peer: { ...peer, online, last_seen, ...(isBlocked && { blocked: true }) },
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

interface Explained {
  readonly code: string;
  readonly message: string;
}

/** An error that a frame caused, with `retry_after` (seconds) or `errors` (by field) for those that have them. */
export function errorFrame(error: Explained) {
  return {
    type: 'error' as const,
    code: error.code,
    detail: error.message,
    ...(error instanceof RetriableError && { retry_after: error.retryAfter }),
    ...(error instanceof ValidationFailed && { errors: error.errors satisfies FieldErrors }),
  };
}

/** Why the server closes a socket. */
export const lastFrames: LastFrames = {
  sessionEnded: JSON.stringify(sessionEndedFrame),
  replaced: JSON.stringify(connectionReplacedFrame),
  tokenExpired: JSON.stringify(errorFrame(new TokenExpired())),
};

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
    ...ownClientId(message, message.senderId === readerId),
  };
}

/** A message as the history shows it to one of its two members. Messages do not change yet: `updated_at` is when they came. */
export function historyEntry(message: Message, self: Person, peer: Person) {
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
