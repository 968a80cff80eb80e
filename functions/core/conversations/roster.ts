import { ConversationNotFound } from '../errors.ts';
import type { InvitationsChange } from '../invitations/invitation.ts';
import type { LogEntry } from '../messages/message.ts';
import {
  type Conversation,
  isGroupId,
  type OwnConversation,
  ownPair,
  pairById,
  pairFor,
} from './conversation.ts';
import type { OwnWho, Role } from './rights.ts';

/** A group has so many members at a time. */
export const MAX_MEMBERS = 100;
/** So many people can have been in a group: their numbers stay with their messages. */
export const MAX_NUMBERS = 200;
/** So many people can be added besides its creator when a group is created: each is a write. */
export const MAX_FIRST_MEMBERS = 20;
/** A user is in so many groups at a time: each page of the inbox looks at the summary of each. */
export const MAX_GROUPS = 100;

/** A person who is, or was, in a group. */
export interface RosterMember {
  readonly userId: string;
  /** Undefined for a former member. */
  readonly role: Role | undefined;
  /** Others have removed them. Undefined for those who have left. */
  readonly removed?: true | undefined;
  /** The first message that they may see. */
  readonly from: number;
}

/** Who sees what was said before they joined. */
export type HistoryAccess = 'all' | 'since_joining';

/** A group. */
export interface Roster {
  /** Id of the conversation. */
  readonly id: string;
  /** One more with each change. */
  readonly version: number;
  readonly title: string;
  readonly history: HistoryAccess;
  /** Who may do what, as far as it is not the default. */
  readonly who?: OwnWho | undefined;
  /** By member number. */
  readonly members: readonly RosterMember[];
}

/** What a group says of itself, beside its title. A text is empty if there is none. */
export interface About {
  readonly description: string;
  /** The address of a picture. */
  readonly picture: string;
}

export interface AboutReader {
  /** Strongly consistent. */
  about(id: string): Promise<About>;
}

/** A group before and after a change, and the entry of the log that tells of it. */
export interface RosterChange {
  readonly before: Roster | undefined;
  readonly after: Roster;
  /** Undefined if it stays as it is. */
  readonly about?: About | undefined;
  readonly entry: LogEntry;
  /** Of somebody who joins by an invitation: one use more. */
  readonly invitations?: InvitationsChange | undefined;
}

export interface RosterReader {
  /** Strongly consistent. */
  roster(id: string): Promise<Roster | undefined>;
}

export interface RosterStore extends RosterReader {
  /** How many groups a user is in, up to {@link MAX_GROUPS}. Eventually consistent: others who add a user at once may get beyond it. */
  countOf(userId: string): Promise<number>;
  /**
   * Stores the change, its entry, what the group says of itself, and the memberships of those who have joined, left or changed their role,
   * all or nothing. The first entry is also the summary for the inboxes, so that a new group is in them at once.
   * @returns false, and stores nothing, if the roster or the invitations have changed since, or the entry's number is taken
   */
  apply(change: RosterChange): Promise<boolean>;
}

export function groupOf(roster: Roster): Conversation {
  const { id, members } = roster;
  const present = members.filter(({ role }) => role !== undefined);
  return {
    id,
    kind: 'group',
    members: present.map(({ userId }) => userId),
    numbered: members.map(({ userId }) => userId),
    roster,
  };
}

/** The group as a user sees it; undefined for a user who is not in it. */
export function ownGroup(roster: Roster, userId: string): OwnConversation | undefined {
  const self = roster.members.findIndex((member) => member.userId === userId);
  const { role, from = 1 } = roster.members[self] ?? {};
  return role && { ...groupOf(roster), self, role, from };
}

interface Resolving {
  readonly rosters: RosterReader;
}

/**
 * Resolves a conversation for a user. Each frame or request asks this once; everything behind it takes the answer. A pair's id names
 * its members, so it costs nothing. A group's roster is read.
 * @throws ConversationNotFound, alike for a conversation of other users and for one that does not exist
 */
export async function resolve(dependencies: Resolving, id: string, userId: string): Promise<OwnConversation> {
  if (!isGroupId(id)) return pairFor(id, userId);
  const own = await ownConversation(dependencies, id, userId);
  if (!own) throw new ConversationNotFound(id);
  return own;
}

/** The same; undefined for a conversation of other users and for one that does not exist. */
export async function ownConversation(
  { rosters }: Resolving,
  id: string,
  userId: string,
): Promise<OwnConversation | undefined> {
  if (!isGroupId(id)) return ownPair(id, userId);
  const roster = await rosters.roster(id);
  return roster && ownGroup(roster, userId);
}

/** The conversation with this id and its members, for whoever serves all of them. */
export async function conversationById(rosters: RosterReader, id: string): Promise<Conversation | undefined> {
  if (!isGroupId(id)) return pairById(id);
  const roster = await rosters.roster(id);
  return roster && groupOf(roster);
}
