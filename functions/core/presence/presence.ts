import { pairId } from '../conversations/conversation.ts';

/** Whether a user has a device connected. */
export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  /** When the last device disconnected, ISO 8601 UTC. Absent while the user is online, and before they ever were. */
  readonly lastSeen?: string | undefined;
}

export interface StoredPresence extends Presence {
  /** The user does not want it shown. */
  readonly hidden: boolean;
}

export interface PresenceStore {
  /** In the order asked. A user who never connected is offline. */
  of(userIds: readonly string[]): Promise<readonly StoredPresence[]>;
  /** Stores whether a user is online, if that has changed. */
  set(userId: string, online: boolean, now: Date): Promise<void>;
  hide(userId: string, hidden: boolean): Promise<void>;
}

/** A device that wants to know the presence of a user. */
export interface Watcher {
  readonly userId: string;
  readonly connectionId: string;
}

export interface WatchStore {
  watchersOf(userId: string, now: Date): Promise<readonly Watcher[]>;
  /** Replaces the list of users that a device watches. */
  watch(watcher: Watcher, userIds: readonly string[], now: Date): Promise<void>;
  /** Deletes the list of a device that has disconnected. */
  unwatch(watcher: Watcher): Promise<void>;
}

export interface MembershipCheck {
  /** The ids of those conversations that are in the user's inbox. */
  among(userId: string, conversations: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What others may see. Users who hide their presence always appear offline. */
export function visiblePresence({ userId, online, lastSeen, hidden }: StoredPresence): Presence {
  if (hidden) return { userId, online: false };
  return { userId, online, ...(lastSeen !== undefined && !online && { lastSeen }) };
}

export interface WatchDependencies {
  readonly memberships: MembershipCheck;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly watches: Pick<WatchStore, 'watch'>;
  readonly now: () => Date;
}

/**
 * Replaces the list of users that a device watches, and returns their presence. A user can watch only people with whom they have
 * a conversation. All others are left out.
 */
export async function watchPresence(
  { memberships, presences, watches, now }: WatchDependencies,
  watcher: Watcher,
  userIds: readonly string[],
): Promise<readonly Presence[]> {
  const others = [...new Set(userIds)].filter((userId) => userId !== watcher.userId);
  const conversationWith = (userId: string) => pairId(watcher.userId, userId);
  const shared = await memberships.among(watcher.userId, others.map(conversationWith));
  const watched = others.filter((userId) => shared.has(conversationWith(userId)));
  // The list is stored before the presence is read: a change in between is then told, at worst twice.
  await watches.watch(watcher, watched, now());
  return (await presences.of(watched)).map(visiblePresence);
}
