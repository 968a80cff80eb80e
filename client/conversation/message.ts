import type { StoredMessage } from '../contract/http-types.ts';
import type { Unsent } from '../outbox/outbox-store.ts';
import type { Receipts } from '../receipts.ts';

/**
 * The other member's messages are `received`. Own messages go from `sending` to `read`, or are `failed` with a
 * `reason`.
 */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/** A message as a conversation shows it. */
export interface Message {
  /** Unique, and the same from the first attempt on: the key for a list. */
  readonly key: string;
  /** Undefined until it is stored. */
  readonly seq: number | undefined;
  readonly senderId: string;
  readonly isOwn: boolean;
  readonly text: string;
  /** RFC 3339. The device's own time until it is stored. */
  readonly createdAt: string;
  readonly state: MessageState;
  /** Why the server refused it. */
  readonly reason?: { readonly code: string; readonly detail: string };
}

export function storedMessage(message: StoredMessage, receipts: Receipts, ownId: string): Message {
  const { id, client_id, seq, sender_id: senderId, message: text, created_at: createdAt } = message;
  const isOwn = senderId === ownId;
  return {
    // Not the other member's `client_id`: they may have chosen the key of another message here.
    key: isOwn && client_id !== undefined ? client_id : id,
    seq,
    senderId,
    isOwn,
    text,
    createdAt,
    state: isOwn ? stateOf(seq, receipts) : 'received',
  };
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
    ...(reason && { reason }),
  };
}

function stateOf(seq: number, { peerRead, peerReceived }: Receipts): MessageState {
  if (seq <= peerRead) return 'read';
  return seq <= peerReceived ? 'delivered' : 'sent';
}
