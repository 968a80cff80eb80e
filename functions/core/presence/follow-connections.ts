import type { ConnectionStore } from '../connections/ports.ts';
import type { PresenceStore, Watcher, WatchStore } from './ports.ts';
import { type Presence, shown } from './presence.ts';

interface Dependencies {
  readonly connections: Pick<ConnectionStore, 'ofNow'>;
  readonly presences: Pick<PresenceStore, 'set'>;
  readonly watches: Pick<WatchStore, 'watchersOf' | 'unwatch'>;
  readonly tell: (watchers: readonly Watcher[], presence: Presence) => Promise<void>;
  readonly now: () => Date;
}

/**
 * After a socket of a user came or went, in whatever way: online as long as one device is left. It looks at what is
 * there now instead of counting, so that a record that comes twice or late does no harm.
 */
export async function followConnections(dependencies: Dependencies, userId: string): Promise<void> {
  const { connections, presences, now } = dependencies;
  const online = (await connections.ofNow(userId, now())).length > 0;
  const changed = await presences.set(userId, online, now());
  if (changed && !changed.hidden) await tellWatchers(dependencies, shown(changed));
}

/** Tells everybody who watches a user; costs what the watchers cost. */
export async function tellWatchers(
  { watches, tell, now }: Pick<Dependencies, 'watches' | 'tell' | 'now'>,
  presence: Presence,
): Promise<void> {
  const watchers = await watches.watchersOf(presence.userId, now());
  if (watchers.length > 0) await tell(watchers, presence);
}
