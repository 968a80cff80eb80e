import { conversationIdOf } from '../conversations/conversation.ts';

/** Whether somebody has a device connected. */
export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  /** When their last device went, ISO 8601 UTC; absent while they are online, and before they ever were. */
  readonly lastSeen?: string | undefined;
}

export interface StoredPresence extends Presence {
  /** They do not want it shown. */
  readonly hidden: boolean;
}

/** What others may know: of somebody who hides it, that they are not online. */
export function shown({ userId, online, lastSeen, hidden }: StoredPresence): Presence {
  if (hidden) return { userId, online: false };
  return { userId, online, ...(lastSeen !== undefined && !online && { lastSeen }) };
}

export interface PresenceStore {
  /** In the order asked; somebody who never connected is offline. */
  of(userIds: readonly string[]): Promise<readonly StoredPresence[]>;
  /** Stores what has been found out, if it was not so already. */
  set(userId: string, online: boolean, now: Date): Promise<void>;
  hide(userId: string, hidden: boolean): Promise<void>;
}

/** Somebody's device that wants to know of somebody's presence. */
export interface Watcher {
  readonly userId: string;
  readonly connectionId: string;
}

export interface WatchStore {
  watchersOf(userId: string, now: Date): Promise<readonly Watcher[]>;
  /** Replaces the list of a device. */
  watch(watcher: Watcher, userIds: readonly string[], now: Date): Promise<void>;
  /** Forgets the list of a device that is gone. */
  unwatch(watcher: Watcher): Promise<void>;
}

export interface MembershipCheck {
  /** Of these conversations, those that the user has in their inbox. */
  among(userId: string, conversations: readonly string[]): Promise<ReadonlySet<string>>;
}

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
