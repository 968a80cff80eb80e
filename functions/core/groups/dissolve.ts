import { requireRight } from '../conversations/rights.ts';
import { type Actor, type ChangeDependencies, changeGroup } from './change-group.ts';
import { requireGroup } from './members.ts';

/** One step deletes so many items, which takes a second. */
const ITEMS = 500;

/** Longer than any function runs that had read the group before its end, and writes after it. */
const LOOK_AGAIN_MS = 60 * 60 * 1000;

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

/** What a group leaves behind in which nobody is any more, beside the marks that it was there. */
export interface GroupRemains {
  /** Deletes the memberships of all who were in it. */
  clearMemberships(group: string): Promise<void>;
  /** Deletes so many items of the group at most. */
  clear(group: string, most: number): Promise<'more' | 'done'>;
  askAgain(group: string): Promise<void>;
  /** Brings another look through the stream, some time after this one. */
  lookAgain(group: string, at: Date): Promise<void>;
  /** Forgets who was in it, and its title. Its id stays taken. */
  forget(group: string): Promise<void>;
}

/**
 * Removes what is stored of a group in which nobody is any more: the memberships, and then everything in its own partition. Each step may
 * be repeated. If there is more than one step, it asks for the next one by a change of the mark, which comes back through the stream. The
 * last step asks for one more look after an hour, because a message or a receipt that was under way may still be stored. Until then the
 * roster tells whose memberships to look for.
 */
export async function followDissolution(
  { groupRemains, now }: { readonly groupRemains: GroupRemains; readonly now: () => Date },
  { group, steps, isLate }: Dissolution,
): Promise<void> {
  if (steps === 0) await groupRemains.clearMemberships(group);
  if ((await groupRemains.clear(group, ITEMS)) === 'more') return groupRemains.askAgain(group);
  if (isLate) return groupRemains.forget(group);
  await groupRemains.lookAgain(group, new Date(now().getTime() + LOOK_AGAIN_MS));
}
