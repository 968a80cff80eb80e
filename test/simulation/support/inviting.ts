import { may } from '../../../functions/core/conversations/rights.ts';
import { isOneLeaving } from './accounts.ts';
import type { Fate } from './fate.ts';
import { mayHaveLacked } from './intent.ts';
import type { Action } from './steps.ts';
import type { Person, World } from './world.ts';

/** An invitation whose token somebody has got. */
interface Invitation {
  readonly by: Person;
  readonly group: string;
  readonly id: string;
  readonly token: string;
  readonly maxUses: number;
  readonly expiresAt: Date;
  /** `tried` while its revocation has had no answer. */
  revoked: 'no' | 'tried' | 'done';
}

/** A try to join. */
interface Joining {
  readonly by: Person;
  readonly group: string;
  /** As far as everybody knew when it began, the invitation was valid. */
  readonly isFair: boolean;
}

/** No clock of a function is wrong by more. */
const SKEW_MS = 100;

/** A change that nobody could refuse may still find others at work, or an outage. */
const TEMPORARY = ['unavailable', 'busy'];

/** All invitations that users got, and who tried to join by them. */
export class Inviting {
  readonly invitations: Invitation[] = [];
  readonly joinings: Joining[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Over HTTP, to a group that the user is in, or to any other one. */
  async invite(
    by: Person,
    { group: index, maxUses, expiresIn }: Action & { readonly kind: 'invite' },
    fate: Fate,
  ): Promise<void> {
    const world = this.#world;
    const { ids } = world.rosters;
    const own = ids.filter((id) => world.rosters.isIn(by.id, id));
    const among = own.length > 0 && index % 8 > 0 ? own : ids;
    const group = among[index % Math.max(1, among.length)];
    if (group === undefined) return;
    const words = `${by.username} invites ${maxUses} to ${group} for ${expiresIn} s`;
    const { moment } = world.states;
    world.say(words);
    const outcome = await world.invoke(words, fate, ({ invite }) =>
      invite(by.id, group, { maxUses, expiresIn }),
    );
    if (outcome.kind === 'error') this.#judgeInviter({ words, by, group, moment }, outcome.error.code);
    if (outcome.kind !== 'ok') return;
    const { token, invitation } = outcome.value;
    const { id, expiresAt } = invitation;
    this.invitations.push({ by, group, id, token, maxUses, expiresAt, revoked: 'no' });
  }

  async revoke(by: Person, index: number, fate: Fate): Promise<void> {
    const world = this.#world;
    const invitation = this.#chosen(index);
    if (!invitation) return;
    const { group, id } = invitation;
    const words = `${by.username} revokes ${id} of ${group}`;
    const { moment } = world.states;
    world.say(words);
    if (invitation.revoked === 'no') invitation.revoked = 'tried';
    const outcome = await world.invoke(words, fate, (functions) =>
      functions.revokeInvitation(by.id, group, id),
    );
    if (outcome.kind === 'ok') invitation.revoked = 'done';
    if (outcome.kind === 'error') this.#judgeInviter({ words, by, group, moment }, outcome.error.code);
  }

  /** Looks at the group, or joins it. */
  async follow(
    by: Person,
    { kind, which }: Action & { readonly kind: 'preview' | 'join' },
    fate: Fate,
  ): Promise<void> {
    const world = this.#world;
    const invitation = this.#chosen(which);
    if (!invitation) return;
    const { group, id, token } = invitation;
    const words = `${by.username}: ${kind} of ${group} by ${id}`;
    const { moment } = world.states;
    const isFair = this.#isFair(by, invitation);
    world.say(words);
    if (kind === 'join') this.joinings.push({ by, group, isFair });
    const outcome = await world.invoke(
      words,
      fate,
      (functions): Promise<unknown> =>
        kind === 'join' ? functions.join(by, token) : functions.preview(by, token),
    );
    if (outcome.kind === 'ok') {
      const wasIn = world.rosters.partsSince(by.id, group, moment).some((part) => part !== undefined);
      if (kind === 'join' && !wasIn) world.blame(`"${words}" is acknowledged, and was never so`);
      if (kind === 'preview' && !isFair) world.blame(`"${words}" shows what the invitation no longer does`);
    }
    if (outcome.kind !== 'error') return;
    const { code } = outcome.error;
    world.say(`"${words}" is answered with ${code}`);
    const isRight =
      TEMPORARY.includes(code) ||
      (code === 'invitation_not_found' && this.#mayBeRefused(by, invitation, moment, fate));
    if (!isRight) world.blame(`"${words}" is refused with ${code}`);
  }

  #chosen(index: number): Invitation | undefined {
    return this.invitations[index % Math.max(1, this.invitations.length)];
  }

  #judgeInviter(
    { words, by, group, moment }: { words: string; by: Person; group: string; moment: number },
    code: string,
  ): void {
    const world = this.#world;
    world.say(`"${words}" is answered with ${code}`);
    const isRight =
      TEMPORARY.includes(code) ||
      (code === 'conversation_not_found' && !world.rosters.wasIn(by.id, group, moment)) ||
      (code === 'not_allowed' && mayHaveLacked(world, by, group, 'add', moment));
    if (!isRight) world.blame(`"${words}" is refused with ${code}`);
  }

  /** Nothing that was known by now ended it for this user. */
  #isFair(by: Person, { group, revoked, expiresAt }: Invitation): boolean {
    const { rosters, scheduler } = this.#world;
    const isExpired = scheduler.time - SKEW_MS >= expiresAt.getTime();
    return revoked !== 'done' && !isExpired && !rosters.wasRemoved(by.id, group);
  }

  /** Whether something may have ended it for this user by now. */
  #mayBeRefused(by: Person, invitation: Invitation, moment: number, fate: Fate): boolean {
    const world = this.#world;
    const { rosters, scheduler, blocks } = world;
    const { by: inviter, group, revoked, expiresAt, maxUses } = invitation;
    const parts = rosters.partsSince(inviter.id, group, moment);
    return (
      revoked !== 'no' ||
      scheduler.time + SKEW_MS >= expiresAt.getTime() ||
      rosters.joinedByLink(group).length >= maxUses ||
      rosters.wasRemoved(by.id, group) ||
      parts.some((part) => !part || !may(part, 'add')) ||
      blocks.look(by.id, inviter.id).changes > 0 ||
      isOneLeaving(world, by, inviter) ||
      fate.faults.some(({ kind }) => kind === 'stale')
    );
  }
}

/** Nobody came by a link who might not, and no more than it was for. */
export function checkInvitations(world: World, { invitations, joinings }: Inviting): void {
  for (const group of world.rosters.ids) {
    const joined = world.rosters.joinedByLink(group);
    const most = invitations
      .filter((one) => one.group === group)
      .reduce((sum, { maxUses }) => sum + maxUses, 0);
    if (joined.length > most) world.blame(`${joined.length} came to ${group} by links for ${most}`);
    for (const { id, username } of world.people) {
      const times = joined.filter(({ senderId }) => senderId === id).length;
      const tries = joinings.filter((one) => one.isFair && one.by.id === id && one.group === group).length;
      if (times > tries) world.blame(`${username} came to ${group} by a link that had ended`);
    }
    checkReturns(world, group);
  }
}

/** Somebody who was removed comes back if a member adds them, and not by a link. */
function checkReturns({ rosters, blame }: World, group: string): void {
  const removed = new Set<string>();
  for (const { seq, senderId, event } of rosters.events(group)) {
    if (!event || !('users' in event)) continue;
    for (const userId of event.users) {
      const isByLink = event.type === 'joined' && senderId === userId;
      if (isByLink && removed.has(userId)) blame(`${userId} was removed, and is back by ${seq} of ${group}`);
      if (event.type === 'removed') removed.add(userId);
      else if (event.type === 'joined') removed.delete(userId);
    }
  }
}
