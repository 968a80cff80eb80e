import type { Custom, GroupEvent, Mentions, StoredMessage } from '../contract/http-types.ts';
import { plain } from '../outbox/changes.ts';
import type { Reason, Unsent, UnsentChange, UnsentReaction } from '../outbox/outbox-store.ts';
import type { Receipts } from '../receipts.ts';

/**
 * The other member's messages are `received`. Own messages go from `sending` to `read`, or are `failed` with a
 * `reason`. While an edit or the removal of a stored message waits for the server, it is `changing`.
 */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'changing' | 'received';

/** Who has reacted to a message with one emoji. */
export interface MessageReaction {
  readonly emoji: string;
  /** Their ids, in the order in which they reacted. */
  readonly users: readonly string[];
  /** The user is one of them. */
  readonly isOwn: boolean;
}

/** An own reaction that the server refused to add, or to take back. */
export interface RefusedReaction {
  readonly emoji: string;
  readonly wish: 'react' | 'unreact';
  readonly reason: Reason;
}

/** A message as a conversation shows it. */
export interface Message {
  /** Unique, and the same from the first attempt on: the key for a list. */
  readonly key: string;
  /** Undefined until it is stored. */
  readonly seq: number | undefined;
  readonly senderId: string;
  readonly isOwn: boolean;
  /** The present text, and that of an edit that waits. Empty if the message is deleted. */
  readonly text: string;
  /** RFC 3339. The device's own time until it is stored. */
  readonly createdAt: string;
  readonly state: MessageState;
  /** 1 as written, and one more with each edit. */
  readonly version: number;
  /** RFC 3339. Only of an edited message. */
  readonly editedAt?: string;
  /** RFC 3339. Only of a deleted message. The device's own time while the removal waits. */
  readonly deletedAt?: string;
  /** May be empty. With the user's own that wait for the server, and without those that they have taken back. */
  readonly reactions: readonly MessageReaction[];
  /** Never empty. They change nothing in `reactions`. */
  readonly refusedReactions?: readonly RefusedReaction[];
  /** The `seq` of the earlier message that it answers. */
  readonly replyTo?: number;
  /** In groups: whom it mentions. */
  readonly mentions?: Mentions;
  /** The product's own data. Another member may have written anything into it. */
  readonly custom?: Custom;
  /** In groups: what its sender did. Then `text` is empty, and the message cannot be changed. */
  readonly event?: GroupEvent;
  /** Why the server refused it. If it is not `failed`: why the server refused its last edit or removal. */
  readonly reason?: Reason;
  /** The text of an edit that was refused. Absent if a removal was refused. */
  readonly refusedText?: string;
}

const SHOWN = [
  'seq',
  'text',
  'state',
  'version',
  'editedAt',
  'deletedAt',
  'replyTo',
  'reason',
  'refusedText',
] as const satisfies readonly (keyof Message)[];

const OBJECTS = ['reactions', 'refusedReactions', 'custom'] as const;

/** Whether two messages with one key look the same. */
export function isSame(one: Message | undefined, other: Message): one is Message {
  if (one === undefined || SHOWN.some((field) => one[field] !== other[field])) return false;
  return OBJECTS.every(
    (field) => one[field] === other[field] || JSON.stringify(one[field]) === JSON.stringify(other[field]),
  );
}

/** One object, so that it compares fast. */
const NONE: readonly MessageReaction[] = [];

/** With the user's own that wait. */
function reactionsOf(
  { reactions = [], deleted_at }: StoredMessage,
  ownId: string,
  waiting: readonly UnsentReaction[],
): readonly MessageReaction[] {
  const all = new Map(reactions.map((one) => [plain(one.emoji), one]));
  for (const { emoji, wish, reason } of waiting) {
    const { users = [], ...before } = all.get(plain(emoji)) ?? {};
    if (reason || users.includes(ownId) === (wish === 'react')) continue;
    const next = wish === 'react' ? [...users, ownId] : users.filter((id) => id !== ownId);
    all.set(plain(emoji), { emoji, ...before, users: next });
  }
  const shown = [...all.values()].filter(({ users }) => users.length > 0);
  if (shown.length === 0 || deleted_at !== undefined) return NONE;
  return shown.map(({ emoji, users }) => ({ emoji, users, isOwn: users.includes(ownId) }));
}

/**
 * @param change the user's own, which waits or was refused
 * @param reacted the user's own reactions that wait or were refused
 */
export function storedMessage(
  message: StoredMessage,
  receipts: Receipts,
  ownId: string,
  change: UnsentChange | undefined,
  reacted: readonly UnsentReaction[] = [],
): Message {
  const { id, client_id, seq, sender_id: senderId, created_at: createdAt, version = 1 } = message;
  const { edited_at: editedAt, deleted_at: deletedAt, reply_to: replyTo, mentions, custom, event } = message;
  const refused = reacted.flatMap(({ emoji, wish, reason }) => (reason ? [{ emoji, wish, reason }] : []));
  const isOwn = senderId === ownId;
  const given = {
    // Not the other member's `client_id`: they may have chosen the key of another message here.
    key: isOwn && client_id !== undefined ? client_id : id,
    seq,
    senderId,
    isOwn,
    text: message.message,
    createdAt,
    state: isOwn ? stateOf(seq, receipts) : ('received' as const),
    version,
    ...(editedAt !== undefined && { editedAt }),
    ...(deletedAt !== undefined && { deletedAt }),
    reactions: reactionsOf(message, ownId, reacted),
    ...(refused.length > 0 && { refusedReactions: refused }),
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions && { mentions }),
    ...(custom && { custom }),
    ...(event && { event }),
  };
  if (!change) return given;
  const { text, reason } = change;
  if (reason) return { ...given, reason, ...(text !== undefined && { refusedText: text }) };
  // Deleted by another device: the server will refuse the edit.
  if (deletedAt !== undefined) return { ...given, state: 'changing' };
  return text === undefined
    ? { ...given, state: 'changing', text: '', deletedAt: change.createdAt, reactions: NONE }
    : { ...given, state: 'changing', text };
}

export function unsentMessage(unsent: Unsent): Message {
  const { clientId, userId, text, createdAt, replyTo, mentions, custom, reason } = unsent;
  const state = reason ? 'failed' : 'sending';
  return {
    key: clientId,
    seq: undefined,
    senderId: userId,
    isOwn: true,
    text,
    createdAt,
    state,
    version: 1,
    reactions: NONE,
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions && { mentions }),
    ...(custom && { custom }),
    ...(reason && { reason }),
  };
}

function stateOf(seq: number, { peerRead, peerReceived }: Receipts): MessageState {
  if (seq <= peerRead) return 'read';
  return seq <= peerReceived ? 'delivered' : 'sent';
}
