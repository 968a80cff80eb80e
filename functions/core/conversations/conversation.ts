import { ConversationNotFound, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Role } from './rights.ts';
import type { Roster } from './roster.ts';

/** A conversation and its members. */
export interface Conversation {
  readonly id: string;
  readonly kind: 'pair' | 'group';
  /** User ids of the members. */
  readonly members: readonly string[];
  /**
   * User ids by member number, under which everything is stored that is about one member. Those who have left a group keep their
   * number, because their messages stay.
   */
  readonly numbered: readonly string[];
  /** Of a group. A pair needs none. */
  readonly roster?: Roster | undefined;
}

/** A conversation as one of its members sees it. */
export interface OwnConversation extends Conversation {
  /** Member number of the user who asks. */
  readonly self: number;
  readonly role: Role;
  /** The first message that the user may see. */
  readonly from: number;
}

/** The id of a one-to-one conversation: see {@link pairWith}. */
export function pairId(oneUserId: string, otherUserId: string): string {
  return pairWith(oneUserId, otherUserId).id;
}

/**
 * The conversation of a user with another user. Its id is both user ids in ascending order, joined by a dot. So it names its members,
 * needs no look-up, and cannot be created twice.
 */
export function pairWith(userId: string, otherUserId: string): OwnConversation {
  const members = userId < otherUserId ? [userId, otherUserId] : [otherUserId, userId];
  return { ...pairOf(members), self: members.indexOf(userId), role: 'member', from: 1 };
}

function pairOf(members: readonly string[]): Conversation {
  return { id: members.join('.'), kind: 'pair', members, numbered: members };
}

/** The pair with this id; undefined for a text that is not the id of a pair. */
export function pairById(id: string): Conversation | undefined {
  const [low = '', high = '', ...rest] = id.split('.');
  if (!isId(low) || !isId(high) || low >= high || rest.length > 0) return undefined;
  return pairOf([low, high]);
}

/** A group has an id like that of a user. */
export const isGroupId = isId;

/** Whether a text can be the id of a conversation. */
export function isConversationId(text: string): boolean {
  return isGroupId(text) || pairById(text) !== undefined;
}

/** Whether a text can be the id of a conversation of this user. Whether a group exists, its roster tells. */
export function canBeOf(id: string, userId: string): boolean {
  return isGroupId(id) || ownPair(id, userId) !== undefined;
}

/** A pair as one of its members sees it; undefined for a pair of other users, and for one that cannot exist. */
export function ownPair(id: string, userId: string): OwnConversation | undefined {
  const pair = pairById(id);
  if (!pair?.members.includes(userId)) return undefined;
  return { ...pair, self: numberOf(pair, userId), role: 'member', from: 1 };
}

/** @throws ConversationNotFound, alike for a pair of other users and for one that cannot exist */
export function pairFor(id: string, userId: string): OwnConversation {
  const own = ownPair(id, userId);
  if (!own) throw new ConversationNotFound(id);
  return own;
}

/** Member number of a user; -1 if they have none. */
export function numberOf({ numbered }: Conversation, userId: string): number {
  return numbered.indexOf(userId);
}

/** Whether a member may see a message. In some groups nobody sees what was said before they joined. */
export function maySee({ roster }: Conversation, userId: string, seq: number): boolean {
  const { from = 1 } = roster?.members.find((member) => member.userId === userId) ?? {};
  return seq >= from;
}

/** User id of the member who asks. */
export function selfOf({ numbered, self }: OwnConversation): string {
  return numbered[self] as string;
}

/** User ids of all other members. */
export function othersIn(conversation: OwnConversation): readonly string[] {
  const userId = selfOf(conversation);
  return conversation.members.filter((member) => member !== userId);
}

/** User id of the other member of a pair. */
export function peerIn({ numbered, self }: OwnConversation): string {
  return numbered[1 - self] as string;
}

/** The member without whom nothing more can be said: a pair needs both, a group goes on without those who are gone. */
export function missedIn(
  { kind, members }: Conversation,
  isGone: (member: number) => boolean,
): string | undefined {
  return kind === 'pair' ? members.find((_, i) => isGone(i)) : undefined;
}

/** For a caller who named a conversation instead of a user: a missing peer means a missing conversation. */
export function asConversationNotFound(id: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof UserNotFound ? new ConversationNotFound(id) : error;
  };
}
