import { ConversationNotFound, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';

/** A conversation and its members. */
export interface Conversation {
  readonly id: string;
  readonly kind: 'pair';
  /** User ids. A member's index is their member number: what is stored per member is stored under it. */
  readonly members: readonly string[];
}

/** A conversation as one of its members sees it. */
export interface OwnConversation extends Conversation {
  /** Member number of the user who asks. */
  readonly self: number;
}

/**
 * The id of a one-to-one conversation: both user ids in ascending order, joined by a dot. It names its members, so it needs
 * no look-up, and the conversation cannot be created twice.
 */
export function pairId(oneUserId: string, otherUserId: string): string {
  return pairWith(oneUserId, otherUserId).id;
}

/** The conversation with this id; undefined for a text that is not the id of a conversation. */
export function conversationOf(id: string): Conversation | undefined {
  const [low = '', high = '', ...rest] = id.split('.');
  if (!isId(low) || !isId(high) || low >= high || rest.length > 0) return undefined;
  return { id, kind: 'pair', members: [low, high] };
}

/**
 * Resolves a conversation for a user. Each frame or request asks this once; everything behind it takes the answer.
 * @throws ConversationNotFound, alike for a conversation of other users and for one that cannot exist
 */
export function resolve(id: string, userId: string): OwnConversation {
  const conversation = conversationOf(id);
  const self = conversation?.members.indexOf(userId) ?? -1;
  if (!conversation || self < 0) throw new ConversationNotFound(id);
  return { ...conversation, self };
}

/** The conversation of a user with another user. */
export function pairWith(userId: string, otherUserId: string): OwnConversation {
  const members = userId < otherUserId ? [userId, otherUserId] : [otherUserId, userId];
  return { id: members.join('.'), kind: 'pair', members, self: members.indexOf(userId) };
}

/** User id of the member who asks. */
export function selfOf({ members, self }: OwnConversation): string {
  return members[self] as string;
}

/** User ids of all other members. */
export function othersIn({ members, self }: OwnConversation): readonly string[] {
  return members.filter((_, member) => member !== self);
}

/** User id of the other member of a pair. */
export function peerIn({ members, self }: OwnConversation): string {
  return members[1 - self] as string;
}

/** For a caller who named a conversation instead of a user: a missing peer means a missing conversation. */
export function asConversationNotFound(id: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof UserNotFound ? new ConversationNotFound(id) : error;
  };
}
