import type { LastFrames } from '../core/connections/open-and-close.ts';
import {
  type FieldErrors,
  RetriableError,
  TokenExpired,
  ValidationFailed,
  VersionConflict,
} from '../core/errors.ts';
import type { GroupMember } from '../core/groups/change-group.ts';
import type { Described } from '../core/groups/describe.ts';
import type { InboxEntry } from '../core/inbox/inbox.ts';
import type { NewMessage } from '../core/messages/append.ts';
import type { Telling } from '../core/messages/apply-change.ts';
import type { Message } from '../core/messages/message.ts';
import type { FramesFor, Sent } from '../core/messages/send-message.ts';
import type { Reacted } from '../core/messages/tell-reactions.ts';
import type { Presence } from '../core/presence/presence.ts';
import type { ConversationSettings } from '../core/settings/settings.ts';
import type { SyncPage } from '../core/sync/catch-up.ts';
import {
  answered,
  changedBody,
  changedState,
  eventOf,
  mentioned,
  messageBody,
  ownClientId,
  ownData,
  presentState,
  syncedMessage,
} from './message-bodies.ts';
import { settingsBody, settingsOf } from './settings-bodies.ts';

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
    ...answered(message),
    ...mentioned(message),
    ...ownData(message),
    ...eventOf(message),
    ...changedState(message),
    ...ownClientId(message, reader === 'sender'),
  };
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

/** Clients of the original protocol have no use for a product's own data. */
function shownOn(socket: 'device' | 'conversation', message: Message): Message {
  return socket === 'device' ? message : { ...message, custom: undefined };
}

/** Stored messages as the sockets of one reader get them. The original protocol knows only one message at a time. */
export function framesOf(senderName: string): FramesFor {
  return (messages, reader, socket) => {
    const isOne = socket === 'conversation' || messages.length === 1;
    const frames = isOne
      ? messages.map((message) => messageFrame(shownOn(socket, message), senderName, reader))
      : [messagesFrame(messages, senderName, reader)];
    return frames.map((frame) => JSON.stringify(frame));
  };
}

/** What somebody has done to a group, as all devices of its members get it. */
export function eventFrameOf(senderName: string) {
  return (entry: Message): string => JSON.stringify(messageFrame(entry, senderName, 'others'));
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

export function settingsFrame(conversation: string, settings: ConversationSettings) {
  return { type: 'conversation.settings' as const, conversation, settings: settingsBody(settings) };
}

/** New settings of a conversation, as all devices of the member get them. */
export function settingsFrameOf(conversation: string) {
  return (settings: ConversationSettings): string => JSON.stringify(settingsFrame(conversation, settings));
}

/** A conversation as the inbox shows it, both over HTTP and in `sync`. */
export function conversationBody(entry: InboxEntry) {
  const { kind, conversation: id, last, unread, own, settings } = entry;
  const shared = {
    last_message: {
      id: last.id,
      seq: last.seq,
      sender_id: last.senderId,
      message: last.text,
      created_at: last.createdAt,
      ...eventOf(last),
      ...changedState(last),
    },
    unread,
    read: own.read,
    received: own.received,
    ...settingsOf(settings),
  };
  if (entry.kind === 'group') {
    const { title, role, from: first_seq, mentions } = entry;
    return { id, kind, title, role, first_seq, ...shared, ...(mentions > 0 && { mentions }) };
  }
  const { peer, peers, presence, isBlocked } = entry;
  const { online, last_seen } = presenceBody(presence);
  return {
    id,
    kind,
    peer: { ...peer, online, last_seen, ...(isBlocked && { blocked: true }) },
    ...shared,
    peer_read: peers.read,
    peer_received: peers.received,
  };
}

/** A member of a group. */
export function memberBody({ id, username, role, deleted }: GroupMember) {
  return { id, username, role, ...(deleted && { deleted }) };
}

/** A conversation, and what is to be told of a group beside its place in an inbox. */
export function describedBody({ entry, group }: Described) {
  const body = conversationBody(entry);
  if (!group) return body;
  const { people, about, who } = group;
  const { description, picture } = about;
  return {
    ...body,
    ...(description && { description }),
    ...(picture && { picture }),
    who,
    members: people.members.map(memberBody),
    former: people.former,
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
    ...(error instanceof VersionConflict && { present: presentState(error) }),
  };
}

/** A changed message, as the devices of one user get it: also the reply to whoever changed it. */
export function changedFrame(message: Message, readerId: string) {
  return { type: 'message.changed' as const, ...changedBody(message, readerId) };
}

/** A message with new reactions, as the devices of one user get it. Several changes are told as one. */
export function reactionFrame({ message, changes }: Reacted, readerId: string): string {
  return JSON.stringify({ ...changedFrame(message, readerId), ...(changes.length > 1 && { changes }) });
}

/** How the devices are told of a change, but for the one that asked for it. */
export function tellingChanges(except?: string): Telling {
  return { frameFor: (message, readerId) => JSON.stringify(changedFrame(message, readerId)), except };
}

/** A page of `sync`. */
export function syncFrame(page: SyncPage, readerId: string) {
  return {
    type: page.complete ? ('sync.done' as const) : ('sync.page' as const),
    messages: page.messages.map((message) => syncedMessage(message, readerId)),
    changed: page.changed.map((message) => syncedMessage(message, readerId)),
    changes: Object.fromEntries(page.changes),
    resets: page.resets,
    gone: page.gone,
    conversations: page.inbox.map(conversationBody),
    position: page.position,
  };
}

/** Why the server closes a socket. */
export const lastFrames: LastFrames = {
  sessionEnded: JSON.stringify(sessionEndedFrame),
  replaced: JSON.stringify(connectionReplacedFrame),
  tokenExpired: JSON.stringify(errorFrame(new TokenExpired())),
};
