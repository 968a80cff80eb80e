import type { Account } from '../../../functions/core/accounts/account.ts';
import { type Conversation, pairById, pairId } from '../../../functions/core/conversations/conversation.ts';
import type { InboxEntry, PairEntry } from '../../../functions/core/inbox/inbox.ts';
import { projectMessages, type StoredMessage } from '../../../functions/core/inbox/project-messages.ts';
import { readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import type { LogEntry, Message } from '../../../functions/core/messages/message.ts';
import { inboxReader } from '../../../functions/storage/inbox.ts';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { messageKey } from '../../../functions/storage/keys.ts';
import { fromLogEntry, toLogEntry } from '../../../functions/storage/log-entry.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { presenceStore } from '../../../functions/storage/presence.ts';
import { rosterReader } from '../../../functions/storage/rosters.ts';
import { pinReader } from '../../../functions/storage/settings.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { frozenClock } from './clock.ts';
import { aMessage, anEntry } from './message-log.ts';
import { alice, id, knowing } from './people.ts';

/** A user that `id(n)` names. */
export const person = (n: number): Account => ({ ...alice, id: id(n), username: `user${n}` });

/** A message in the conversation of `id(from)` with `id(to)`, written by somebody who had read all before it or up to `read`. */
export function saying(from: number, to: number, seq: number, read = seq): Message {
  return { ...aMessage(seq), conversation: pairId(id(from), id(to)), senderId: id(from), read };
}

/** An entry that is one of a pair. */
export function pairIn(entry: InboxEntry | undefined): PairEntry {
  if (entry?.kind !== 'pair') throw new Error('This is not the entry of a pair.');
  return entry;
}

/** The username of a pair's other member. */
export const peerName = (entry: InboxEntry): string => pairIn(entry).peer.username;

/** A message as the stream tells it. */
export const storedAs = (entry: LogEntry): StoredMessage => changedTo(entry);

/** A changed message as the stream tells it. */
export const changedTo = (entry: LogEntry, former?: LogEntry): StoredMessage => ({
  conversation: entry.conversation,
  seq: entry.seq,
  entryIn: () => entry,
  ...(former && { formerIn: () => former }),
  isReaction: false,
});

/** Inboxes in a table in memory, of everybody whom `id(1)` to `id(30)` name. */
export function inboxes() {
  const { table, state, commands, killAfter } = memoryTable();
  const clock = frozenClock();
  const reader = {
    ...{ inbox: inboxReader(table), presences: presenceStore(table), pins: pinReader(table), now: clock.now },
  };
  const people = Array.from({ length: 30 }, (_, i) => person(i + 1));
  const log = messageStore(table);
  const rosters = rosterReader(table);
  const profiles = knowing(...people);
  const following = { inbox: inboxProjection(table), log, rosters, profiles, now: clock.now };

  /** As the log has it: with the number of messages that each member has sent. */
  function logged(message: Message): LogEntry {
    const { seq, senderId } = message;
    const conversation = pairById(message.conversation) as Conversation;
    const stored = state.get(messageKey(conversation.id, seq));
    if (stored) return toLogEntry(conversation, stored);
    const before = state.get(messageKey(conversation.id, seq - 1));
    const counts = before ? toLogEntry(conversation, before).counts : {};
    const sender = conversation.members.indexOf(senderId);
    const entry = { ...anEntry(seq), ...message, counts: { ...counts, [sender]: (counts[sender] ?? 0) + 1 } };
    state.set(messageKey(conversation.id, seq), fromLogEntry(conversation, entry));
    return entry;
  }

  return {
    table,
    state,
    log,
    rosters,
    logged,
    commands,
    killAfter,
    clock,
    reader,
    projection: following.inbox,
    follow: (...messages: readonly Message[]) =>
      projectMessages(
        following,
        messages.map((message) => storedAs(logged(message))),
      ),
    /** A user's inbox: with whom, the last `seq` and how many are unread, most recent first. */
    async inboxOf(n: number) {
      const { entries } = await readInbox(reader, { userId: id(n), limit: 100 });
      return entries.map((entry) => [peerName(entry), entry.last.seq, entry.unread]);
    },
    positions: (n: number) =>
      state
        .partition(`USER#${id(n)}`)
        .map(({ sk }) => sk as string)
        .filter((sk) => sk.startsWith('INBOX#')),
  };
}
