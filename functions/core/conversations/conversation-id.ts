/**
 * The id of a one-to-one conversation: both user ids, in ascending order, joined by a dot. It needs no look-up, names
 * its members, and cannot be made twice.
 */
export function conversationIdOf(oneUserId: string, otherUserId: string): string {
  return oneUserId < otherUserId ? `${oneUserId}.${otherUserId}` : `${otherUserId}.${oneUserId}`;
}
