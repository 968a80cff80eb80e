import type { DirectoryProjection } from './directory.ts';

/** One step deletes so many items, which takes a second. */
const ITEMS = 500;

interface Dependencies {
  readonly directory: Pick<DirectoryProjection, 'leave'>;
  readonly remains: Remains;
}

/**
 * Finishes the deletion of an account: takes it out of the directory, and deletes its inbox, its receipts, its lists of watched
 * users and any session that is left. Each step may be repeated. If there is more than one step, it asks for the next one by a
 * change of the account's item, which comes back through the stream. The last step asks for none.
 */
export async function followDeletion(
  { directory, remains }: Dependencies,
  { userId, username }: { readonly userId: string; readonly username?: string | undefined },
): Promise<void> {
  if (username !== undefined) {
    await directory.leave('everyone', username);
    await directory.leave('users', username);
  }
  if ((await remains.clear(userId, ITEMS)) === 'more') await remains.askAgain(userId);
}

/** What a deleted account leaves behind, beside the marks that it is deleted. */
export interface Remains {
  /** Deletes so many items at most. */
  clear(userId: string, most: number): Promise<'more' | 'done'>;
  askAgain(userId: string): Promise<void>;
}
