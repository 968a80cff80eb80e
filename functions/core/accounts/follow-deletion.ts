import { clearStep, type Remains } from '../remains.ts';
import type { DirectoryProjection } from './directory.ts';

interface Dependencies {
  readonly directory: Pick<DirectoryProjection, 'leave'>;
  readonly remains: AccountRemains;
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
 * lists of watched users and any session that is left, step by step.
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
  const clear: Remains['clear'] = (id, most) => remains.clear(id, most, leave);
  await clearStep({ remains: { ...remains, clear }, now }, userId, isLate);
}

export interface AccountRemains extends Omit<Remains, 'clear'> {
  /** Deletes so many items at most. A group is left first. */
  clear(userId: string, most: number, leave: (group: string) => Promise<void>): Promise<'more' | 'done'>;
}
