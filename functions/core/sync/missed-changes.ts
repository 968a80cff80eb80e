import type { OwnConversation } from '../conversations/conversation.ts';
import type { Change, ChangeLog } from '../messages/change.ts';
import { gather } from '../messages/gather.ts';
import type { LogEntry, Message, MessageLog } from '../messages/message.ts';
import type { Ahead, Followed, Open } from './catch-up.ts';
import { isEmpty, isFull, type Room, roomAfter, roomAfterOpening } from './room.ts';

/** A client that has missed so many changes of a conversation begins anew: that is cheaper than to tell them. */
export const RESET_BEHIND = 1_000;

/** So many changes of a conversation are read at once: some 3 KB. */
const CHANGES_AT_ONCE = 30;

/** A page reads the changes of so many conversations. Where nothing has changed, nothing is read. */
const CONVERSATIONS_AT_ONCE = 10;

export interface ChangesPage {
  /** The present state of held messages that have changed: each once, however often it did. */
  readonly changed: readonly Message[];
  /** The change whose state the client then has of each conversation, by its id. */
  readonly changes: ReadonlyMap<string, number>;
  /** Ids of the conversations with which the client must begin anew. */
  readonly resets: readonly string[];
}

export interface MissedChanges extends ChangesPage {
  /** The changes that were read, by conversation. */
  readonly found: ReadonlyMap<string, readonly Change[]>;
  readonly room: Room;
  readonly complete: boolean;
}

export interface MissedChangesDependencies {
  readonly log: Pick<MessageLog, 'at'> & Pick<ChangeLog, 'changesFrom'> & Ahead;
  /** {@link RESET_BEHIND}, unless a test needs fewer. */
  readonly resetBehind?: number | undefined;
}

/**
 * The changes that a client has missed of what it holds.
 * @param ahead ids of the conversations that have changed
 */
export async function missedChanges(
  { log, resetBehind = RESET_BEHIND }: MissedChangesDependencies,
  open: Open,
  followed: readonly Followed[],
  ahead: ReadonlySet<string>,
  ofPage: Room,
): Promise<MissedChanges> {
  /** Whoever has missed fewer is not far behind. */
  const suspicious = Math.min(CHANGES_AT_ONCE, resetBehind);
  const changes = new Map(followed.map(({ id, change }) => [id, change]));
  const behind = followed.filter(({ id }) => ahead.has(id));
  const read = new Map<string, readonly Change[]>();
  const changed: Message[] = [];
  const resets: string[] = [];
  let room = ofPage;
  let complete = behind.length <= CONVERSATIONS_AT_ONCE;
  for (const held of behind.slice(0, CONVERSATIONS_AT_ONCE)) {
    const { id } = held;
    if (isFull(room)) {
      complete = false;
      break;
    }
    const conversation = await open(id);
    if (!conversation) continue;
    room = roomAfterOpening(room, conversation);
    const found = await log.changesFrom(conversation, held.change + 1, CHANGES_AT_ONCE);
    if (found.length >= suspicious && (await isFarBehind(log, held, resetBehind))) {
      resets.push(id);
      changes.delete(id);
      continue;
    }
    read.set(id, found);
    const page = await changedMessages(log, conversation, held, found, room);
    changed.push(...page.messages);
    changes.set(id, page.upTo);
    room = page.room;
    complete &&= page.complete && found.length < CHANGES_AT_ONCE;
  }
  return { changed, changes, resets, found: read, room, complete };
}

async function isFarBehind(log: Ahead, held: Followed, resetBehind: number): Promise<boolean> {
  const far = { ...held, change: held.change + resetBehind - 1 };
  return (await log.ahead({ messages: [], changes: [far] })).changes.size > 0;
}

/** Of one conversation. If the room ends, the changes behind the last message that fits are left for the next page. */
async function changedMessages(
  log: Pick<MessageLog, 'at'>,
  conversation: OwnConversation,
  { seq: last, change }: Followed,
  found: readonly Change[],
  room: Room,
) {
  // Messages that the client does not have yet come with their present state.
  const seqs = [...new Set(found.map(({ seq }) => seq))].filter(
    (seq) => seq >= conversation.from && seq <= last,
  );
  let next = 0;
  const gathered = await gather(
    async (count) => {
      const slice = seqs.slice(next, next + count);
      next += slice.length;
      return slice.length === 0 ? [] : inOrder(await log.at(conversation, slice), slice);
    },
    { ...room, least: isEmpty(room) ? 1 : 0 },
  );
  const { messages } = gathered;
  const left = new Set(seqs.slice(messages.length));
  const cut = found.find(({ seq }) => left.has(seq));
  return {
    messages,
    upTo: cut ? cut.change - 1 : (found.at(-1)?.change ?? change),
    complete: !cut,
    room: roomAfter(room, gathered, messages.length),
  };
}

function inOrder(entries: readonly LogEntry[], seqs: readonly number[]): readonly LogEntry[] {
  return entries.toSorted((a, b) => seqs.indexOf(a.seq) - seqs.indexOf(b.seq));
}
