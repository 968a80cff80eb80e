import type { Person } from '../accounts/account.ts';
import { may } from '../conversations/rights.ts';
import { groupOf, ownGroup, type Roster, type RosterReader } from '../conversations/roster.ts';
import { InvitationNotFound } from '../errors.ts';
import {
  type Actor,
  type ChangeDependencies,
  changeRoster,
  type GroupDependencies,
} from '../groups/change-group.ts';
import { requireFewGroups } from '../groups/create-group.ts';
import { joiningAs, requireRoom, withMember } from '../groups/members.ts';
import { areApart } from '../presence/presence.ts';
import {
  changed,
  type Invitation,
  type InvitationClaim,
  type InvitationList,
  type InvitationStore,
  type InvitationTokens,
  liveIn,
} from './invitation.ts';

type CheckDependencies = Pick<GroupDependencies, 'presences' | 'now'> & {
  readonly rosters: RosterReader;
  readonly invitations: Pick<InvitationStore, 'list'>;
  readonly tokens: Pick<InvitationTokens, 'read'>;
};

export type PreviewDependencies = CheckDependencies & Pick<GroupDependencies, 'people'>;

export type JoiningDependencies = CheckDependencies & ChangeDependencies;

/** What somebody who has the token of an invitation sees of the group. */
export interface Preview {
  readonly conversation: { readonly id: string; readonly title: string; readonly members: number };
  readonly invitation: Invitation;
  readonly invitedBy: Person;
}

/** @throws InvitationNotFound */
export async function previewInvitation(
  dependencies: PreviewDependencies,
  token: string,
  userId: string,
): Promise<Preview> {
  const claim = claimOf(dependencies, token);
  const { rosters, invitations, people } = dependencies;
  const [roster, list] = await Promise.all([
    rosters.roster(claim.conversation),
    invitations.list(claim.conversation),
  ]);
  if (!roster) throw new InvitationNotFound();
  const { invitation, inviterId } = await validFor(dependencies, { roster, list, claim, userId });
  const [invitedBy] = await people.peopleOf([inviterId]);
  if (!invitedBy || invitedBy.deleted) throw new InvitationNotFound();
  const { id, title } = roster;
  return { conversation: { id, title, members: groupOf(roster).members.length }, invitation, invitedBy };
}

/**
 * Joins a group by an invitation. Without effect for a member, whatever has become of the invitation: their first answer may have been
 * lost.
 * @throws InvitationNotFound, GroupFull, TooManyGroups, Busy
 */
export async function joinGroup(
  dependencies: JoiningDependencies,
  token: string,
  actor: Actor,
): Promise<Roster> {
  const claim = claimOf(dependencies, token);
  const { userId } = actor;
  return changeRoster(dependencies, claim.conversation, actor, new InvitationNotFound(), async (roster) => {
    if (ownGroup(roster, userId)) return undefined;
    const list = await dependencies.invitations.list(roster.id);
    const { invitation } = await validFor(dependencies, { roster, list, claim, userId });
    requireRoom(roster, userId);
    await requireFewGroups(dependencies, [userId]);
    const used = { ...invitation, uses: invitation.uses + 1 };
    const others = liveIn(list, dependencies.now()).map((one) => (one.id === used.id ? used : one));
    return (seq) => ({
      members: withMember(roster, joiningAs(roster, { userId, role: invitation.role }, seq)),
      event: { type: 'joined', users: [userId] },
      invitations: changed(list, others),
    });
  });
}

/** @throws InvitationNotFound */
function claimOf({ tokens }: Pick<CheckDependencies, 'tokens'>, token: string): InvitationClaim {
  const claim = tokens.read(token);
  if (!claim) throw new InvitationNotFound();
  return claim;
}

interface Claimed {
  readonly roster: Roster;
  readonly list: InvitationList | undefined;
  readonly claim: InvitationClaim;
  /** Of the user who asks. */
  readonly userId: string;
}

/**
 * The invitation that a token claims, if it is valid for a user. The one who invites must still be able to add the user by name.
 * @throws InvitationNotFound, alike for all reasons
 */
async function validFor(
  { presences, now }: Pick<CheckDependencies, 'presences' | 'now'>,
  { roster, list, claim, userId }: Claimed,
): Promise<{ readonly invitation: Invitation; readonly inviterId: string }> {
  const invitation = liveIn(list, now()).find(({ id }) => id === claim.id);
  const inviterId = invitation && roster.members[invitation.by]?.userId;
  const inviter = inviterId && ownGroup(roster, inviterId);
  if (!inviter || !may(inviter, 'add')) throw new InvitationNotFound();
  // Nobody comes back by a link against the will of those who have removed them.
  if (roster.members.some((member) => member.userId === userId && member.removed))
    throw new InvitationNotFound();
  const [self, other] = await presences.of([userId, inviterId]);
  if (!self || !other || other.deleted || areApart(self, other)) throw new InvitationNotFound();
  return { invitation, inviterId };
}
