import type { Account } from './account.ts';
import type { DirectoryUpkeep } from './ports.ts';

/** Brings the directory up to date after an account came or changed. A repeat changes nothing. */
export async function followAccount(
  directory: DirectoryUpkeep,
  { before, after }: { before?: Account | undefined; after: Account },
): Promise<void> {
  const { id, username } = after;
  if (!before) {
    await Promise.all([directory.countIn('everyone', username), directory.countIn('users', username)]);
  } else if (after.staff && !before.staff) {
    await directory.leave('users', username);
  } else if (before.staff && !after.staff) {
    await directory.enter('users', { id, username });
  }
}
