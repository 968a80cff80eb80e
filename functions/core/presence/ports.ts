import type { StoredPresence } from './presence.ts';

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
