import { allEnded } from '../at-most.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { notedBy } from '../messages/mentions.ts';
import type { LogEntry } from '../messages/message.ts';
import type { InboxProjection, Notes } from './inbox.ts';

/** So many mentions of a member by name are kept, the newest: an item stays small. More are not counted. */
export const MAX_NOTED = 50;

/** An entry as it is now, and as it was before it changed. */
export interface EntryStates {
  readonly entry: LogEntry;
  readonly former: LogEntry | undefined;
}

/**
 * Notes for each user whom new messages name where that is, and forgets what was deleted. Nobody else costs anything. It may be
 * repeated: the states come in order, and the last one of an entry counts.
 */
export async function projectMentions(
  { inbox }: { readonly inbox: Pick<InboxProjection, 'notes' | 'note'> },
  { id }: Conversation,
  states: readonly EntryStates[],
): Promise<void> {
  /** Whether each entry mentions a user now, by their id, as far as that has changed. */
  const changes = new Map<string, Map<number, boolean>>();
  for (const { entry, former } of states) {
    const [named, before] = [notedBy(entry), former ? notedBy(former) : []];
    for (const userId of new Set([...named, ...before])) {
      const isNamed = named.includes(userId);
      if (isNamed === before.includes(userId)) continue;
      changes.set(userId, (changes.get(userId) ?? new Map()).set(entry.seq, isNamed));
    }
  }
  await allEnded(
    [...changes].map(async ([userId, ofUser]) => {
      const notes = await inbox.notes(userId, id);
      // Whoever is not a member any more is mentioned no more.
      if (!notes) return;
      const next = notedAfter(notes, ofUser);
      if (next.join() !== notes.seqs.join()) await inbox.note(userId, id, next);
    }),
  );
}

/** Where a member is named, in order: what they have read is dropped. */
function notedAfter({ seqs, read }: Notes, changes: ReadonlyMap<number, boolean>): readonly number[] {
  const kept = seqs.filter((seq) => changes.get(seq) !== false);
  const added = [...changes].flatMap(([seq, isNamed]) => (isNamed ? [seq] : []));
  return [...new Set([...kept, ...added])]
    .filter((seq) => seq > read)
    .toSorted((one, other) => one - other)
    .slice(-MAX_NOTED);
}
