import type { StoredMessage } from '../contract/http-types.ts';
import type { Marks } from '../marks.ts';
import type { Unsent } from '../outbox/outbox-store.ts';

/** `received` for the other one's; an own one goes from `sending` to `read`, or is `failed` with a `reason`. */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/** A message as a conversation shows it. */
export interface Message {
  /** The same from the first try on, and no other message's: what a list is keyed by. */
  readonly key: string;
  /** Undefined until it is stored. */
  readonly seq: number | undefined;
  readonly senderId: string;
  readonly isOwn: boolean;
  readonly text: string;
  /** RFC 3339; the device's own time until it is stored. */
  readonly createdAt: string;
  readonly state: MessageState;
  /** Why the server refused it. */
  readonly reason?: { readonly code: string; readonly detail: string };
}

export function storedMessage(message: StoredMessage, marks: Marks, ownId: string): Message {
  const { id, client_id, seq, sender_id: senderId, message: text, created_at: createdAt } = message;
  const isOwn = senderId === ownId;
  return {
    // The other one's own names are theirs to choose: one could be that of another message here.
    key: isOwn && client_id !== undefined ? client_id : id,
    seq,
    senderId,
    isOwn,
    text,
    createdAt,
    state: isOwn ? stateOf(seq, marks) : 'received',
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

function stateOf(seq: number, { peerRead, peerReceived }: Marks): MessageState {
  if (seq <= peerRead) return 'read';
  return seq <= peerReceived ? 'delivered' : 'sent';
}
