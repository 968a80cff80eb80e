import type { ConnectionStore } from '../connections/connection.ts';
import {
  type Presence,
  type PresenceStore,
  type StoredPresence,
  visiblePresence,
  type Watcher,
  type WatchStore,
} from './presence.ts';

/**
 * Updates the presence of a user after one of their sockets opened or closed, in whatever way. A user is online as long as one
 * device is connected. It looks at the connections that exist now and counts nothing, so a record that comes twice or late
 * has no effect.
 */
export async function followConnections(
  dependencies: {
    readonly connections: Pick<ConnectionStore, 'ofNow'>;
    readonly presences: Pick<PresenceStore, 'set'>;
    readonly now: () => Date;
  },
  userId: string,
): Promise<void> {
  const { connections, presences, now } = dependencies;
  const online = (await connections.ofNow(userId, now())).length > 0;
  await presences.set(userId, online, now());
}

/** The visible presence of a user without a stored one. */
const NEVER_SEEN: Pick<Presence, 'online' | 'lastSeen'> = { online: false, lastSeen: undefined };

/**
 * Tells all watchers of a user what changed in the visible presence. Its cost is that of the watchers. It follows the stored
 * presence, not the event that changed it, so a run that crashes is repeated whole.
 */
export async function followPresence(
  dependencies: {
    readonly watches: Pick<WatchStore, 'watchersOf'>;
    readonly tell: (watchers: readonly Watcher[], presence: Presence) => Promise<void>;
    readonly now: () => Date;
  },
  { before, after }: { before: StoredPresence | undefined; after: StoredPresence },
): Promise<void> {
  const { watches, tell, now } = dependencies;
  const presence = visiblePresence(after);
  const former = before ? visiblePresence(before) : NEVER_SEEN;
  if (former.online === presence.online && former.lastSeen === presence.lastSeen) return;
  const watchers = await watches.watchersOf(presence.userId, now());
  if (watchers.length > 0) await tell(watchers, presence);
}
