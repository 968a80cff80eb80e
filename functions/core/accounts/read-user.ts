import { UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { PresenceStore } from '../presence/ports.ts';
import { type Presence, shown } from '../presence/presence.ts';
import type { DirectoryEntry, ProfileStore } from './ports.ts';

/**
 * Somebody, as others see them.
 * @throws UserNotFound
 */
export async function readUser(
  { profiles, presences }: { profiles: ProfileStore; presences: Pick<PresenceStore, 'of'> },
  userId: string,
): Promise<{ user: DirectoryEntry; presence: Presence }> {
  if (!isId(userId)) throw new UserNotFound(userId);
  const [account, [presence]] = await Promise.all([profiles.profileOf(userId), presences.of([userId])]);
  if (!account || !presence) throw new UserNotFound(userId);
  return { user: { id: account.id, username: account.username }, presence: shown(presence) };
}
