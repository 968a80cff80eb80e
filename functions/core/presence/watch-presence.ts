import { conversationIdOf } from '../conversations/conversation-id.ts';
import type { MembershipCheck, PresenceStore, Watcher, WatchStore } from './ports.ts';
import { type Presence, shown } from './presence.ts';

/**
 * Replaces the list of users that a device watches, and tells their presence. Only people that the watcher shares a
 * conversation with can be watched; the others are left out.
 */
export async function watchPresence(
  dependencies: {
    memberships: MembershipCheck;
    presences: Pick<PresenceStore, 'of'>;
    watches: Pick<WatchStore, 'watch'>;
    now: () => Date;
  },
  watcher: Watcher,
  userIds: readonly string[],
): Promise<readonly Presence[]> {
  const { memberships, presences, watches, now } = dependencies;
  const others = [...new Set(userIds)].filter((userId) => userId !== watcher.userId);
  const conversationWith = (userId: string) => conversationIdOf(watcher.userId, userId);
  const shared = await memberships.among(watcher.userId, others.map(conversationWith));
  const watched = others.filter((userId) => shared.has(conversationWith(userId)));
  // First the list, then the state: what changes between the two is told, at worst twice.
  await watches.watch(watcher, watched, now());
  return (await presences.of(watched)).map(shown);
}
