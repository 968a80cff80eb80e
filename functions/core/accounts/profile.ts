import { UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { type Presence, type PresenceStore, presencesFor, visiblePresence } from '../presence/presence.ts';
import type { Account, Person, PersonStore, ProfileStore } from './account.ts';

/** What users see of themselves. */
export interface OwnProfile {
  readonly account: Account;
  readonly presence: 'shown' | 'hidden';
}

/** @throws UserNotFound */
export async function ownProfile(
  { profiles, presences }: { profiles: ProfileStore; presences: Pick<PresenceStore, 'of'> },
  userId: string,
): Promise<OwnProfile> {
  const [account, [presence]] = await Promise.all([profiles.profileOf(userId), presences.of([userId])]);
  if (!account) throw new UserNotFound(userId);
  return { account, presence: presence?.hidden ? 'hidden' : 'shown' };
}

/**
 * Changes only the given fields.
 * @throws UserNotFound
 */
export async function changeProfile(
  dependencies: { profiles: ProfileStore & ProfileEditor; presences: Pick<PresenceStore, 'of' | 'hide'> },
  userId: string,
  { presence, ...names }: NamesChange & { readonly presence?: 'shown' | 'hidden' | undefined },
): Promise<OwnProfile> {
  const { profiles, presences } = dependencies;
  const renames = Object.values(names).some((name) => name !== undefined);
  const account = renames ? await profiles.rename(userId, names) : await profiles.profileOf(userId);
  if (!account) throw new UserNotFound(userId);
  if (presence === undefined) return { account, presence: (await ownProfile(dependencies, userId)).presence };
  await presences.hide(userId, presence === 'hidden');
  return { account, presence };
}

/**
 * A user as another user sees them.
 * @throws UserNotFound
 */
export async function readUser(
  { profiles, presences }: { profiles: PersonStore; presences: Pick<PresenceStore, 'of'> },
  { userId, viewerId }: { readonly userId: string; readonly viewerId: string },
): Promise<{ user: Person; presence: Presence; isBlocked: boolean }> {
  if (!isId(userId)) throw new UserNotFound(userId);
  const [user, [presence]] = await Promise.all([
    profiles.personOf(userId),
    presencesFor(presences, viewerId, [userId]),
  ]);
  if (!user || !presence) throw new UserNotFound(userId);
  return { user, presence: visiblePresence(presence), isBlocked: presence.isBlocked };
}

export interface NamesChange {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
}

export interface ProfileEditor {
  /** Changes names; undefined if there is no such account. */
  rename(userId: string, change: NamesChange): Promise<Account | undefined>;
}
