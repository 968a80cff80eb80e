import type { OwnConversation } from '../conversations/conversation.ts';
import { requireRight } from '../conversations/rights.ts';
import { type RosterReader, resolve } from '../conversations/roster.ts';
import { Busy, TooManyInvitations } from '../errors.ts';
import { requireGroup } from '../groups/members.ts';
import { contentionOfInvitations } from '../messages/contention.ts';
import {
  changed,
  type Invitation,
  type InvitationStore,
  type InvitationTokens,
  liveIn,
  MAX_INVITATIONS,
} from './invitation.ts';

export interface InvitingDependencies {
  readonly rosters: RosterReader;
  readonly invitations: InvitationStore;
  readonly tokens: InvitationTokens;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** How an invitation is, unless its creator says otherwise. */
const USUAL = { expiresIn: 7 * 24 * 60 * 60, maxUses: 100, role: 'member' } as const;

export interface NewInvitation {
  /** Seconds from now. */
  readonly expiresIn?: number | undefined;
  readonly maxUses?: number | undefined;
  readonly role?: Invitation['role'] | undefined;
}

/** An invitation as those who may add members see it. */
export interface ShownInvitation extends Omit<Invitation, 'by'> {
  /** Id of the user who invites. */
  readonly createdBy: string;
}

/**
 * Creates an invitation. Its token is nowhere but in the result.
 * @throws ConversationNotFound, NotAGroup, NotAllowed, TooManyInvitations
 * @throws Busy if others kept changing the invitations; nothing was stored
 */
export async function invite(
  dependencies: InvitingDependencies,
  conversation: string,
  userId: string,
  { expiresIn = USUAL.expiresIn, maxUses = USUAL.maxUses, role = USUAL.role }: NewInvitation,
): Promise<{ readonly token: string; readonly invitation: ShownInvitation }> {
  const own = await inviterIn(dependencies, conversation, userId);
  const { tokens, now } = dependencies;
  const { token, id } = tokens.issue(conversation);
  const invitation: Invitation = {
    ...{ id, by: own.self, role, maxUses, uses: 0 },
    // Stored in whole seconds.
    expiresAt: new Date(Math.ceil(now().getTime() / 1000 + expiresIn) * 1000),
  };
  await changeInvitations(dependencies, conversation, (present) => {
    // Its first answer was lost.
    if (present.some((one) => one.id === id)) return undefined;
    if (present.length >= MAX_INVITATIONS) throw new TooManyInvitations(MAX_INVITATIONS);
    return [...present, invitation];
  });
  return { token, invitation: shown(own, invitation) };
}

/**
 * The invitations of a group by which somebody can still join, newest first.
 * @throws ConversationNotFound, NotAGroup, NotAllowed
 */
export async function invitationsOf(
  dependencies: InvitingDependencies,
  conversation: string,
  userId: string,
): Promise<readonly ShownInvitation[]> {
  const own = await inviterIn(dependencies, conversation, userId);
  const { invitations, now } = dependencies;
  const live = liveIn(await invitations.list(conversation), now());
  return live.map((invitation) => shown(own, invitation)).toReversed();
}

/**
 * Revokes an invitation. Without effect if there is no such one.
 * @throws ConversationNotFound, NotAGroup, NotAllowed
 * @throws Busy if others kept changing the invitations; nothing was stored
 */
export async function revokeInvitation(
  dependencies: InvitingDependencies,
  conversation: string,
  userId: string,
  id: string,
): Promise<void> {
  await inviterIn(dependencies, conversation, userId);
  await changeInvitations(dependencies, conversation, (present) =>
    present.some((one) => one.id === id) ? present.filter((one) => one.id !== id) : undefined,
  );
}

/** @throws ConversationNotFound, NotAGroup, NotAllowed */
async function inviterIn(
  { rosters }: Pick<InvitingDependencies, 'rosters'>,
  conversation: string,
  userId: string,
): Promise<OwnConversation> {
  requireGroup(conversation, userId);
  const own = await resolve({ rosters }, conversation, userId);
  requireRight(own, 'add');
  return own;
}

/**
 * Changes the invitations of a group. Those that have ended fall out.
 * @param decide gives what is to become of the live ones; undefined if it is so already
 */
async function changeInvitations(
  { invitations, now, wait, random }: Omit<InvitingDependencies, 'rosters' | 'tokens'>,
  conversation: string,
  decide: (present: readonly Invitation[]) => readonly Invitation[] | undefined,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    const before = await invitations.list(conversation);
    const next = decide(liveIn(before, now()));
    if (!next) return;
    if (await invitations.replace(conversation, changed(before, next))) return;
    const { maxTries, backoff } = contentionOfInvitations();
    if (round >= maxTries) throw new Busy();
    await wait(random() * backoff(round));
  }
}

function shown({ numbered }: OwnConversation, { by, ...invitation }: Invitation): ShownInvitation {
  return { ...invitation, createdBy: numbered[by] as string };
}
