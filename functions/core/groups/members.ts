import { isGroupId, pairFor } from '../conversations/conversation.ts';
import { ROLES, type Role, requireRight, rightOver } from '../conversations/rights.ts';
import {
  MAX_MEMBERS,
  MAX_NUMBERS,
  ownGroup,
  type Roster,
  type RosterMember,
} from '../conversations/roster.ts';
import { ConversationNotFound, GroupFull, LastOwner, NotAGroup } from '../errors.ts';
import {
  type Actor,
  type ChangeDependencies,
  changeGroup,
  type GroupDependencies,
  type GroupMember,
} from './change-group.ts';
import { requireAddable } from './create-group.ts';

/**
 * Adds a user to a group, or gives a member another role. Without a role, a new one is a `member`, and others keep theirs.
 * @throws ConversationNotFound, NotAGroup, NotAllowed, UserNotFound, CannotWriteToUser, GroupFull, TooManyGroups, LastOwner, Busy
 */
export async function putMember(
  dependencies: GroupDependencies,
  id: string,
  actor: Actor,
  { userId, role }: { readonly userId: string; readonly role?: Role | undefined },
): Promise<GroupMember> {
  requireGroup(id, actor.userId);
  const roster = await changeGroup(dependencies, id, actor, async ({ roster, own, seq }) => {
    const present = roster.members.find((member) => member.userId === userId);
    if (!present?.role) {
      const given = role ?? 'member';
      requireRight(own, rightOver(given, 'add'));
      requireRoom(roster, userId);
      await requireAddable(dependencies, actor.userId, [userId]);
      const joining = joiningAs(roster, { userId, role: given }, seq);
      return { members: withMember(roster, joining), event: { type: 'joined', users: [userId] } };
    }
    if (role === undefined || role === present.role) return undefined;
    requireRight(own, 'roles');
    const members = withMember(roster, { ...present, role });
    requireOwner(members);
    return { members, event: { type: 'role', users: [userId], role } };
  });
  const given = roster.members.find((member) => member.userId === userId)?.role;
  const [person] = await dependencies.people.peopleOf([userId]);
  if (!person || !given) throw new ConversationNotFound(id);
  return { ...person, role: given };
}

/**
 * Removes a member from a group, or leaves it: that needs no right. Without effect for a user who is not in it. The last member may
 * leave, and then nobody finds the group any more.
 * @throws ConversationNotFound, NotAGroup, NotAllowed, LastOwner, Busy
 */
export async function removeMember(
  dependencies: GroupDependencies,
  id: string,
  actor: Actor,
  userId: string,
): Promise<void> {
  requireGroup(id, actor.userId);
  await changeGroup(dependencies, id, actor, ({ roster, own }) => {
    const present = roster.members.find((member) => member.userId === userId);
    const isSelf = userId === actor.userId;
    if (!isSelf) requireRight(own, 'remove');
    if (!present?.role) return undefined;
    if (!isSelf) requireRight(own, rightOver(present.role, 'remove'));
    const former = { ...present, role: undefined, ...(!isSelf && { removed: true as const }) };
    const members = withMember(roster, former);
    if (isSelf && own.members.length > 1) requireOwner(members);
    return { members, event: { type: isSelf ? 'left' : 'removed', users: [userId] } };
  });
}

/**
 * Takes a user whose account is deleted out of a group. If that was its only owner, the member with the highest role becomes one
 * first, and of several the first who came. Each step may be repeated.
 */
export async function leaveForGood(
  dependencies: ChangeDependencies,
  id: string,
  actor: Actor,
): Promise<void> {
  const { userId } = actor;
  const step = () =>
    changeGroup(dependencies, id, actor, ({ roster, own }) => {
      const others = roster.members.filter((member) => member.role && member.userId !== userId);
      const heir = ROLES.flatMap((role) => others.find((member) => member.role === role) ?? []).at(0);
      if (heir && heir.role !== 'owner') {
        const event = { type: 'role', users: [heir.userId], role: 'owner' } as const;
        return { members: withMember(roster, { ...heir, role: 'owner' }), event };
      }
      const left = roster.members[own.self] as RosterMember;
      const event = { type: 'left', users: [userId] } as const;
      return { members: withMember(roster, { ...left, role: undefined }), event };
    });
  try {
    // An heir may be gone again by the next step.
    for (let roster = await step(); ownGroup(roster, userId); ) roster = await step();
  } catch (error) {
    if (!(error instanceof ConversationNotFound)) throw error;
  }
}

/** @throws NotAGroup for an own pair, and ConversationNotFound for whatever else is no group */
export function requireGroup(id: string, userId: string): void {
  if (isGroupId(id)) return;
  pairFor(id, userId);
  throw new NotAGroup();
}

/** Somebody who joins by the entry with this `seq`. */
export function joiningAs(
  { history }: Pick<Roster, 'history'>,
  { userId, role }: { readonly userId: string; readonly role: Role },
  seq: number,
): RosterMember {
  return { userId, role, from: history === 'all' ? 1 : seq };
}

/** A member keeps their number, and whoever comes back gets theirs again. */
export function withMember({ members }: Roster, changed: RosterMember): readonly RosterMember[] {
  const isKnown = members.some(({ userId }) => userId === changed.userId);
  if (!isKnown) return [...members, changed];
  return members.map((member) => (member.userId === changed.userId ? changed : member));
}

/** @throws GroupFull if there is no room for somebody who is not in the group */
export function requireRoom({ members }: Roster, userId: string): void {
  const present = members.filter(({ role }) => role !== undefined).length;
  if (present >= MAX_MEMBERS) throw new GroupFull(MAX_MEMBERS);
  const isKnown = members.some((former) => former.userId === userId);
  if (!isKnown && members.length >= MAX_NUMBERS) throw new GroupFull(MAX_NUMBERS);
}

/** @throws LastOwner */
function requireOwner(members: readonly RosterMember[]): void {
  if (!members.some(({ role }) => role === 'owner')) throw new LastOwner();
}
