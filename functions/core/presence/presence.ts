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
