import type { ProfileStore } from '../accounts/account.ts';
import { type HistoryAccess, MAX_GROUPS, ownGroup, type Roster } from '../conversations/roster.ts';
import {
  Busy,
  CannotWriteToUser,
  ConversationNotFound,
  NotAllowed,
  TooManyGroups,
  Unavailable,
  UserNotFound,
} from '../errors.ts';
import { isId } from '../ids.ts';
import { contentionOfGroup } from '../messages/contention.ts';
import { areApart } from '../presence/presence.ts';
import { type Actor, eventEntry, type GroupDependencies, isStored, tell } from './change-group.ts';

export interface CreationDependencies extends GroupDependencies {
  /** Who may create groups. */
  readonly groupCreation: 'anyone' | 'staff';
  readonly profiles: ProfileStore;
}

export interface NewGroup {
  readonly title: string;
  /** Ids of the first members besides the creator. */
  readonly members: readonly string[];
  readonly history: HistoryAccess;
  /** The creator's name for it, so that it is created once. */
  readonly key?: string | undefined;
}

export interface CreatedGroup {
  readonly roster: Roster;
  /** An earlier request has created it. */
  readonly repeated: boolean;
}

/**
 * Creates a group, of which the creator is the owner. With a key, the same user creates the same group once.
 * @throws NotAllowed for users who may not create groups, before anything else is looked at
 * @throws UserNotFound, CannotWriteToUser, TooManyGroups for members who cannot be added
 * @throws ConversationNotFound if the group of this key exists and the creator is no longer in it
 * @throws Busy if another request with this key is under way
 */
export async function createGroup(
  dependencies: CreationDependencies,
  actor: Actor,
  { title, members, history, key }: NewGroup,
): Promise<CreatedGroup> {
  const { rosters, newId, idOf, random, wait } = dependencies;
  const { userId } = actor;
  await requireCreator(dependencies, userId);
  const id = key === undefined ? newId() : idOf(JSON.stringify([userId, key]));
  if (key !== undefined) {
    const roster = await rosters.roster(id);
    if (roster) return earlierFor(roster, userId);
  }
  const others = [...new Set(members)].filter((one) => one !== userId);
  await requireAddable(dependencies, userId, others);
  await requireFewGroups(dependencies, [userId]);
  const after: Roster = {
    id,
    version: 1,
    title,
    history,
    members: [
      { userId, role: 'owner', from: 1 },
      ...others.map((other) => ({ userId: other, role: 'member' as const, from: 1 })),
    ],
  };
  const event = { type: 'created', title, users: [userId, ...others] } as const;
  const entry = eventEntry(dependencies, actor, after, undefined, event);
  const creation = { before: undefined, after, entry };
  const { maxTries, backoff } = contentionOfGroup(after.members.length, after.members.length);
  for (let round = 1; ; round += 1) {
    let outage: Unavailable | undefined;
    const isNew = await rosters.apply(creation).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      outage = error;
      return false;
    });
    // The write may have succeeded although its answer was lost: the log tells.
    const roster = isNew ? after : await rosters.roster(id);
    if (isNew || (roster && (await isStored(dependencies, roster, creation)))) {
      return { roster: await tell(dependencies, actor, creation), repeated: false };
    }
    // Another request with this key was faster.
    if (roster) return earlierFor(roster, userId);
    if (outage) throw outage;
    // Another request with this key is under way.
    if (round >= maxTries) throw new Busy();
    await wait(random() * backoff(round));
  }
}

/** The mark on the profile decides, as wherever staff may do more than others. */
async function requireCreator(
  { groupCreation, profiles }: Pick<CreationDependencies, 'groupCreation' | 'profiles'>,
  userId: string,
): Promise<void> {
  if (groupCreation === 'anyone' || (await profiles.profileOf(userId))?.staff) return;
  throw new NotAllowed('Only staff may create groups here.');
}

/** @throws ConversationNotFound */
function earlierFor(roster: Roster, userId: string): CreatedGroup {
  if (!ownGroup(roster, userId)) throw new ConversationNotFound(roster.id);
  return { roster, repeated: true };
}

/**
 * Only people who exist and who are not in too many groups can be added, and nobody by a user with whom there is a block.
 * @throws UserNotFound, CannotWriteToUser, TooManyGroups
 */
export async function requireAddable(
  { people, presences, rosters }: Pick<GroupDependencies, 'people' | 'presences' | 'rosters'>,
  userId: string,
  others: readonly string[],
): Promise<void> {
  const strange = others.find((other) => !isId(other));
  if (strange !== undefined) throw new UserNotFound(strange);
  const [found, [self, ...theirs]] = await Promise.all([
    people.peopleOf(others),
    presences.of([userId, ...others]),
  ]);
  const missing = others.find((_, i) => !found[i] || found[i].deleted);
  if (missing !== undefined) throw new UserNotFound(missing);
  if (self && theirs.some((other) => areApart(self, other))) throw new CannotWriteToUser();
  await requireFewGroups({ rosters }, others);
}

/** @throws TooManyGroups */
export async function requireFewGroups(
  { rosters }: Pick<GroupDependencies, 'rosters'>,
  userIds: readonly string[],
): Promise<void> {
  const counts = await Promise.all(userIds.map((userId) => rosters.countOf(userId)));
  const full = userIds.find((_, i) => (counts[i] ?? 0) >= MAX_GROUPS);
  if (full !== undefined) throw new TooManyGroups(full, MAX_GROUPS);
}
