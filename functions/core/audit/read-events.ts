import type { PersonStore } from '../accounts/account.ts';
import { UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Audit, AuditEntry, AuditReader, EntryId } from './audit.ts';

interface Dependencies {
  readonly profiles: PersonStore;
  readonly events: AuditReader;
  readonly audit: Audit;
  readonly now: () => Date;
}

interface Page {
  readonly userId: string;
  readonly from: EntryId | undefined;
  readonly limit: number;
}

/**
 * A page of the security events of a user, oldest first, also of a deleted account. Only staff may see it: see {@link asStaff}. It is
 * an event of the reader. The own events are not: each page of them would make them longer.
 * @throws UserNotFound
 */
export async function readEvents(
  { profiles, events, audit, now }: Dependencies,
  { userId, from, limit }: Page,
  by: string,
): Promise<{ readonly events: readonly AuditEntry[]; readonly next: EntryId | undefined }> {
  if (!isId(userId)) throw new UserNotFound(userId);
  const [person, found] = await Promise.all([
    profiles.personOf(userId),
    events.after(userId, from, limit + 1, now()),
  ]);
  if (!person) throw new UserNotFound(userId);
  if (userId !== by) audit.note({ event: 'events_read', userId: by, other: userId });
  const page = found.slice(0, limit);
  return { events: page.map(({ entry }) => entry), next: found.length > limit ? page.at(-1)?.id : undefined };
}
