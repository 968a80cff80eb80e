import { type Connection, type ConnectionStore, isWithinLife } from '../connections/connection.ts';
import {
  type Presence,
  type PresenceStore,
  presencesFor,
  type StoredPresence,
  visiblePresence,
  type Watcher,
  type WatchStore,
  whoMaySee,
} from './presence.ts';

/**
 * Updates the presence of a user after one of their sockets opened or closed, in whatever way. A user is online as long as one
 * device is connected. It looks at the connections that exist now and counts nothing, so a record that comes twice or late
 * has no effect. If one of them was open before and is open after, nothing can have changed, and nothing is read or written: the
 * second device of a user costs no more than its own entry.
 */
export async function followConnections(
  dependencies: {
    readonly connections: Pick<ConnectionStore, 'ofNow'>;
    readonly presences: Pick<PresenceStore, 'set'>;
    readonly now: () => Date;
  },
  { userId, stayed }: { readonly userId: string; readonly stayed: readonly Connection[] },
): Promise<void> {
  const { connections, presences, now } = dependencies;
  if (stayed.some((connection) => isWithinLife(connection, now()))) return;
  const online = (await connections.ofNow(userId, now())).length > 0;
  await presences.set(userId, online, now());
}

/** The visible presence of a user without a stored one. */
const NEVER_SEEN: Pick<Presence, 'online' | 'lastSeen'> = { online: false, lastSeen: undefined };

interface PresenceChange {
  readonly before: StoredPresence | undefined;
  readonly after: StoredPresence;
}

interface TellPresence {
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly tell: (watchers: readonly Watcher[], presences: readonly Presence[]) => Promise<void>;
  readonly now: () => Date;
}

/**
 * Tells the watchers of a user what changed in the visible presence, unless they hide their own. Its cost is that of the watchers.
 * It follows the stored presence, not the event that changed it, so a run that crashes is repeated whole.
 */
export async function followPresence(
  dependencies: TellPresence & { readonly watches: Pick<WatchStore, 'watchersOf'> },
  { before, after }: PresenceChange,
): Promise<void> {
  const { watches, presences, tell, now } = dependencies;
  const presence = visiblePresence(after);
  const former = before ? visiblePresence(before) : NEVER_SEEN;
  if (former.online === presence.online && former.lastSeen === presence.lastSeen) return;
  const watchers = await watches.watchersOf(presence.userId, now());
  if (watchers.length === 0) return;
  const seeing = await whoMaySee(presences, after, [...new Set(watchers.map(({ userId }) => userId))]);
  const told = watchers.filter(({ userId }) => seeing.has(userId));
  if (told.length > 0) await tell(told, [presence]);
}

/**
 * Tells the devices of a user who now hides their presence, or shows it again, what they may see of those whom they watch: nobody,
 * or everybody who does not hide.
 */
export async function followOwnSetting(
  { watches, presences, tell, now }: TellPresence & { readonly watches: Pick<WatchStore, 'listsOf'> },
  { before, after }: PresenceChange,
): Promise<void> {
  if ((before?.hidden ?? false) === after.hidden) return;
  const lists = (await watches.listsOf(after.userId, now())).filter(({ userIds }) => userIds.length > 0);
  // Devices of one user often watch the same people.
  const watched = [...new Set(lists.flatMap(({ userIds }) => userIds))];
  const seen = (await presencesFor(presences, after.userId, watched)).map(visiblePresence);
  for (const { watcher, userIds } of lists) {
    await tell(
      [watcher],
      seen.filter(({ userId }) => userIds.includes(userId)),
    );
  }
}

/**
 * Tells the devices of two users what they may now see of each other, after one of them has blocked the other or ended the block.
 * A user who is deleted blocks nobody any more, and what was left of their blocks is removed.
 */
export async function followBlocks(
  dependencies: TellPresence & {
    readonly watches: Pick<WatchStore, 'listsOf'>;
    readonly seals: SealRemover;
  },
  { before, after }: PresenceChange,
): Promise<void> {
  const [former, present] = [before?.blocks ?? [], after.blocks ?? []];
  const changed = [...former, ...present].filter((id) => !former.includes(id) || !present.includes(id));
  if (changed.length === 0) return;
  if (after.deleted) return dependencies.seals.remove(after.userId, changed);
  const { presences } = dependencies;
  // The stored presence of this user may still be the one before the change.
  const known: Pick<PresenceStore, 'of'> = {
    of: async (userIds) =>
      (await presences.of(userIds)).map((one) => (one.userId === after.userId ? after : one)),
  };
  for (const other of changed) {
    await tellOf({ ...dependencies, presences: known }, after.userId, other);
    await tellOf({ ...dependencies, presences: known }, other, after.userId);
  }
}

export interface SealRemover {
  /** Opens the conversations again that a user has closed by a block. */
  remove(userId: string, otherIds: readonly string[]): Promise<void>;
}

/** Tells those devices of a viewer that watch a user. */
async function tellOf(
  { watches, presences, tell, now }: TellPresence & { readonly watches: Pick<WatchStore, 'listsOf'> },
  viewerId: string,
  userId: string,
): Promise<void> {
  const lists = await watches.listsOf(viewerId, now());
  const watchers = lists.filter(({ userIds }) => userIds.includes(userId)).map(({ watcher }) => watcher);
  if (watchers.length === 0) return;
  await tell(watchers, (await presencesFor(presences, viewerId, [userId])).map(visiblePresence));
}
