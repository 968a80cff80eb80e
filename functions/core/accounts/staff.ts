import { StaffOnly } from '../errors.ts';
import type { ProfileStore } from './account.ts';

/**
 * Does what only staff may do. The mark on the profile decides, read strongly consistent, and not the access token: whoever is removed
 * from the staff may do nothing more at once.
 * @param act gets the id of the member of the staff, for the log of the account concerned
 * @throws StaffOnly before anything else is looked at, so others learn nothing by it
 */
export async function asStaff<T>(
  { profiles }: { readonly profiles: ProfileStore },
  userId: string,
  act: (by: string) => Promise<T>,
): Promise<T> {
  const account = await profiles.profileOf(userId);
  if (!account?.staff) throw new StaffOnly();
  return act(userId);
}
