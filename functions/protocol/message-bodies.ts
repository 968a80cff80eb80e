import type { Person } from '../core/accounts/account.ts';
import type { VersionConflict } from '../core/errors.ts';
import type { Message } from '../core/messages/message.ts';

/**
 * The client id of a message, for its sender alone. A device of the sender may still hold the message as unsent, and recognises
 * it by this name. Other members get no client id: their own clients may use the same one.
 */
export function ownClientId({ clientId }: Message, isSender: boolean) {
  return isSender && clientId !== undefined ? { client_id: clientId } : {};
}

/** Which message it answers. The reader shows that one as it is now. */
export function answered({ replyTo }: Pick<Message, 'replyTo'>) {
  return replyTo === undefined ? {} : { reply_to: replyTo };
}

/** Whom it mentions. */
export function mentioned({ mentions }: Pick<Message, 'mentions'>) {
  return mentions === undefined ? {} : { mentions };
}

/** The product's own data. */
export function ownData({ custom }: Pick<Message, 'custom'>) {
  return custom === undefined ? {} : { custom };
}

/** What has become of a message since it was written. */
export function changedState({ changed }: Pick<Message, 'changed'>) {
  if (!changed) return {};
  const { change, version, editedAt, deletedAt, reactions } = changed;
  if (deletedAt !== undefined) return { change, deleted_at: deletedAt };
  const all = Object.entries(reactions ?? {}).map(([emoji, users]) => ({ emoji, users }));
  return {
    change,
    ...(version > 1 && { version }),
    ...(editedAt !== undefined && { edited_at: editedAt }),
    ...(all.length > 0 && { reactions: all }),
  };
}

/** What its sender has done to the group. */
export function eventOf({ event }: Pick<Message, 'event'>) {
  return event === undefined ? {} : { event };
}

/** One of several stored messages, which share their conversation and their sender. */
export function messageBody({ id, seq, text, createdAt, read, replyTo, mentions, custom, changed }: Message) {
  return {
    id,
    seq,
    message: text,
    created_at: createdAt,
    ...(read > 0 && { read }),
    ...answered({ replyTo }),
    ...mentioned({ mentions }),
    ...ownData({ custom }),
    ...changedState({ changed }),
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
    ...answered(message),
    ...mentioned(message),
    ...ownData(message),
    ...eventOf(message),
    ...changedState(message),
    ...ownClientId(message, message.senderId === readerId),
  };
}

/** A changed message for one reader: over HTTP, and in a frame. */
export function changedBody(message: Message, readerId: string) {
  const { conversation, changed } = message;
  return { conversation, change: changed?.change ?? 0, message: syncedMessage(message, readerId) };
}

/** Nobody but the sender of a message can be in conflict with its version. */
export function presentState({ present }: VersionConflict) {
  return syncedMessage(present, present.senderId);
}

/** A message as the history shows it to one of its two members. */
export function historyEntry(message: Message, self: Person, peer: Person) {
  const isOwn = message.senderId === self.id;
  return {
    id: message.id,
    sender: isOwn ? self : peer,
    receiver: isOwn ? peer : self,
    message: message.text,
    created_at: message.createdAt,
    updated_at: message.changed?.deletedAt ?? message.changed?.editedAt ?? message.createdAt,
    seq: message.seq,
    ...answered(message),
    ...changedState(message),
  };
}
