import type { PersonStore } from '../accounts/account.ts';
import { UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { AuditEntry, AuditReader, EntryId } from './audit.ts';

/**
 * A page of the security events of a user, oldest first, also of a deleted account. Only staff may see it: see {@link asStaff}.
 * @throws UserNotFound
 */
export async function readEvents(
  {
    profiles,
    audit,
    now,
  }: { readonly profiles: PersonStore; readonly audit: AuditReader; readonly now: () => Date },
  {
    userId,
    from,
    limit,
  }: { readonly userId: string; readonly from: EntryId | undefined; readonly limit: number },
): Promise<{ readonly events: readonly AuditEntry[]; readonly next: EntryId | undefined }> {
  if (!isId(userId)) throw new UserNotFound(userId);
  const [person, found] = await Promise.all([
    profiles.personOf(userId),
    audit.after(userId, from, limit + 1, now()),
  ]);
  if (!person) throw new UserNotFound(userId);
  const page = found.slice(0, limit);
  return { events: page.map(({ entry }) => entry), next: found.length > limit ? page.at(-1)?.id : undefined };
}
