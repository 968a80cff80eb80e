import { requireRight } from '../conversations/rights.ts';
import { clearStep, type Remains } from '../remains.ts';
import { type Actor, type ChangeDependencies, changeGroup } from './change-group.ts';
import { requireGroup } from './members.ts';

/**
 * Dissolves a group: from its last entry on nobody is in it, so it is no conversation of anybody. The stream's function removes what is
 * stored of it: see {@link followDissolution}.
 * @throws ConversationNotFound, NotAGroup, NotAllowed, Busy
 */
export async function dissolveGroup(
  dependencies: ChangeDependencies,
  id: string,
  actor: Actor,
): Promise<void> {
  requireGroup(id, actor.userId);
  await changeGroup(dependencies, id, actor, ({ roster, own }) => {
    requireRight(own, 'dissolve');
    const members = roster.members.map((member) => ({ ...member, role: undefined }));
    return { members, event: { type: 'dissolved' } };
  });
}

/** Nobody is in the group any more. */
export interface Dissolution {
  readonly group: string;
  /** How many steps came before. */
  readonly steps: number;
  /** A later look, for items that were written after the last step. */
  readonly isLate?: true | undefined;
}

export interface GroupRemains extends Remains {
  /** Deletes the memberships of all who were in it. */
  clearMemberships(group: string): Promise<void>;
  /** Forgets who was in it, and its title. Its id stays taken. */
  forget(group: string): Promise<void>;
}

/**
 * Removes what is stored of a group in which nobody is any more, step by step: the memberships, and then everything in its own
 * partition. Until the last look the roster tells whose memberships to look for.
 */
export async function followDissolution(
  { groupRemains, now }: { readonly groupRemains: GroupRemains; readonly now: () => Date },
  { group, steps, isLate }: Dissolution,
): Promise<void> {
  if (steps === 0) await groupRemains.clearMemberships(group);
  if (await clearStep({ remains: groupRemains, now }, group, isLate)) await groupRemains.forget(group);
}
