import { ConversationNotFound, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';

/**
 * The id of a one-to-one conversation: both user ids, in ascending order, joined by a dot. It needs no look-up, names
 * its members, and cannot be made twice.
 */
export function conversationIdOf(oneUserId: string, otherUserId: string): string {
  return oneUserId < otherUserId ? `${oneUserId}.${otherUserId}` : `${otherUserId}.${oneUserId}`;
}

export type Members = readonly [string, string];

/** Whose conversation it is; undefined for what is no conversation's id. */
export function membersOf(conversation: string): Members | undefined {
  const [low = '', high = '', ...rest] = conversation.split('.');
  return isId(low) && isId(high) && low < high && rest.length === 0 ? [low, high] : undefined;
}

/**
 * The other member of a conversation that the user is in.
 * @throws ConversationNotFound, for a conversation of others as for one that cannot exist
 */
export function peerIn(conversation: string, userId: string): string {
  const members = membersOf(conversation);
  if (!members?.includes(userId)) throw new ConversationNotFound(conversation);
  return members[0] === userId ? members[1] : members[0];
}

/** To a caller who named a conversation, not a user, a missing peer is a missing conversation. */
export function inTermsOf(conversation: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof UserNotFound ? new ConversationNotFound(conversation) : error;
  };
}
