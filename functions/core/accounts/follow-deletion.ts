import type { DirectoryProjection } from './directory.ts';

/** One step deletes so many items, which takes a second. */
const ITEMS = 500;

/** Longer than any function runs that had begun before the deletion, and writes after it. */
const LOOK_AGAIN_MS = 60 * 60 * 1000;

interface Dependencies {
  readonly directory: Pick<DirectoryProjection, 'leave'>;
  readonly remains: Remains;
  /** Takes the user out of a group. */
  readonly leaveGroup: (userId: string, group: string) => Promise<void>;
  readonly now: () => Date;
}

export interface Deletion {
  readonly userId: string;
  /** Absent for the steps that follow the first one. */
  readonly username?: string | undefined;
  /** A later look, for items that were written after the last step. */
  readonly isLate?: true | undefined;
}

/**
 * Finishes the deletion of an account: takes it out of the directory and of its groups, and deletes its inbox, its receipts, its
 * lists of watched users and any session that is left. Each step may be repeated. If there is more than one step, it asks for the
 * next one by a change of the account's item, which comes back through the stream. The last step asks for one more look after an
 * hour, because a receipt or a log-in that was under way may still write.
 */
export async function followDeletion(
  { directory, remains, leaveGroup, now }: Dependencies,
  { userId, username, isLate }: Deletion,
): Promise<void> {
  if (username !== undefined) {
    await directory.leave('everyone', username);
    await directory.leave('users', username);
  }
  const leave = (group: string) => leaveGroup(userId, group);
  if ((await remains.clear(userId, ITEMS, leave)) === 'more') return remains.askAgain(userId);
  if (!isLate) await remains.lookAgain(userId, new Date(now().getTime() + LOOK_AGAIN_MS));
}

/** What a deleted account leaves behind, beside the marks that it is deleted. */
export interface Remains {
  /** Deletes so many items at most. A group is left first. */
  clear(userId: string, most: number, leave: (group: string) => Promise<void>): Promise<'more' | 'done'>;
  askAgain(userId: string): Promise<void>;
  /** Brings another look through the stream, some time after this one. */
  lookAgain(userId: string, at: Date): Promise<void>;
}
