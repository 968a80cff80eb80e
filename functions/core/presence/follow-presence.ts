import type { ConnectionStore } from '../connections/connection.ts';
import {
  type Presence,
  type PresenceStore,
  type StoredPresence,
  shown,
  type Watcher,
  type WatchStore,
} from './presence.ts';

/** What is shown of somebody of whom nothing is stored. */
const NEVER_SEEN: Pick<Presence, 'online' | 'lastSeen'> = { online: false, lastSeen: undefined };

/**
 * Tells everybody who watches a user what changed of their presence, as far as it is shown; costs what the watchers
 * cost. It follows from the stored presence, not from what changed it: so a run that dies in between is made up for.
 */
export async function followPresence(
  dependencies: {
    watches: Pick<WatchStore, 'watchersOf'>;
    tell: (watchers: readonly Watcher[], presence: Presence) => Promise<void>;
    now: () => Date;
  },
  { before, after }: { before: StoredPresence | undefined; after: StoredPresence },
): Promise<void> {
  const { watches, tell, now } = dependencies;
  const presence = shown(after);
  const former = before ? shown(before) : NEVER_SEEN;
  if (former.online === presence.online && former.lastSeen === presence.lastSeen) return;
  const watchers = await watches.watchersOf(presence.userId, now());
  if (watchers.length > 0) await tell(watchers, presence);
}

/**
 * After a socket of a user came or went, in whatever way: online as long as one device is left. It looks at what is
 * there now instead of counting, so that a record that comes twice or late does no harm.
 */
export async function followConnections(
  dependencies: {
    connections: Pick<ConnectionStore, 'ofNow'>;
    presences: Pick<PresenceStore, 'set'>;
    now: () => Date;
  },
  userId: string,
): Promise<void> {
  const { connections, presences, now } = dependencies;
  const online = (await connections.ofNow(userId, now())).length > 0;
  await presences.set(userId, online, now());
}
