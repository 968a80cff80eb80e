import type { StoredMessage } from '../contract/http-types.ts';
import type { Reason, Unsent, UnsentChange } from '../outbox/outbox-store.ts';
import type { Receipts } from '../receipts.ts';

/**
 * The other member's messages are `received`. Own messages go from `sending` to `read`, or are `failed` with a
 * `reason`. While an edit or the removal of a stored message waits for the server, it is `changing`.
 */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'changing' | 'received';

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
  'reason',
  'refusedText',
] as const satisfies readonly (keyof Message)[];

/** Whether two messages with one key look the same. */
export function isSame(one: Message | undefined, other: Message): one is Message {
  return one !== undefined && SHOWN.every((field) => one[field] === other[field]);
}

/** @param change the user's own, which waits or was refused */
export function storedMessage(
  message: StoredMessage,
  receipts: Receipts,
  ownId: string,
  change: UnsentChange | undefined,
): Message {
  const { id, client_id, seq, sender_id: senderId, created_at: createdAt, version = 1 } = message;
  const { edited_at: editedAt, deleted_at: deletedAt } = message;
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
  };
  if (!change) return given;
  const { text, reason } = change;
  if (reason) return { ...given, reason, ...(text !== undefined && { refusedText: text }) };
  // Deleted by another device: the server will refuse the edit.
  if (deletedAt !== undefined) return { ...given, state: 'changing' };
  return text === undefined
    ? { ...given, state: 'changing', text: '', deletedAt: change.createdAt }
    : { ...given, state: 'changing', text };
}

export function unsentMessage({ clientId, userId, text, createdAt, reason }: Unsent): Message {
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
    ...(reason && { reason }),
  };
}

function stateOf(seq: number, { peerRead, peerReceived }: Receipts): MessageState {
  if (seq <= peerRead) return 'read';
  return seq <= peerReceived ? 'delivered' : 'sent';
}
