import type { Conversation } from '../conversations/conversation.ts';
import { MentionInvalid, NotAGroup } from '../errors.ts';
import type { ByMember, Mentions, Message } from './message.ts';

/** A message can mention so many users by name. */
export const MAX_MENTIONS = 10;

/**
 * @throws NotAGroup in a pair, where every message is to the other one
 * @throws MentionInvalid for somebody who is not a member of the group
 */
export function requireMentionable({ kind, members }: Conversation, mentions: Mentions | undefined): void {
  if (!mentions) return;
  if (kind === 'pair') throw new NotAGroup();
  const strange = mentions.users?.find((userId) => !members.includes(userId));
  if (strange !== undefined) throw new MentionInvalid(strange);
}

/** How many messages that mention all each member has sent, with one more message. Undefined while there is none. */
export function nextAlls(
  alls: ByMember<number> | undefined,
  sender: number,
  mentions: Mentions | undefined,
): ByMember<number> | undefined {
  return mentions?.all ? { ...alls, [sender]: (alls?.[sender] ?? 0) + 1 } : alls;
}

/**
 * The users for whom a message is noted: nobody for one that mentions all, because the log counts those. A mention of oneself does not
 * count.
 */
export function notedBy({ senderId, mentions }: Pick<Message, 'senderId' | 'mentions'>): readonly string[] {
  if (!mentions || mentions.all) return [];
  return (mentions.users ?? []).filter((userId) => userId !== senderId);
}
