import type { Account } from '../../../functions/core/accounts/account.ts';
import {
  type Conversation,
  conversationOf,
  pairId,
} from '../../../functions/core/conversations/conversation.ts';
import { projectMessages } from '../../../functions/core/inbox/project-messages.ts';
import { readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import type { LogEntry, Message } from '../../../functions/core/messages/message.ts';
import { inboxReader } from '../../../functions/storage/inbox.ts';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { messageKey } from '../../../functions/storage/keys.ts';
import { fromLogEntry, toLogEntry } from '../../../functions/storage/log-entry.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { presenceStore } from '../../../functions/storage/presence.ts';
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

/** Inboxes in a table in memory, of everybody whom `id(1)` to `id(30)` name. */
export function inboxes() {
  const { table, state, commands, killAfter } = memoryTable();
  const clock = frozenClock();
  const reader = { inbox: inboxReader(table), presences: presenceStore(table) };
  const people = Array.from({ length: 30 }, (_, i) => person(i + 1));
  const log = messageStore(table);
  const following = { inbox: inboxProjection(table), log, profiles: knowing(...people), now: clock.now };

  /** As the log has it: with the number of messages that each member has sent. */
  function logged(message: Message): LogEntry {
    const { seq, senderId } = message;
    const conversation = conversationOf(message.conversation) as Conversation;
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
    logged,
    commands,
    killAfter,
    clock,
    reader,
    projection: following.inbox,
    follow: (...messages: readonly Message[]) => projectMessages(following, messages.map(logged)),
    /** A user's inbox: with whom, the last `seq` and how many are unread, most recent first. */
    async inboxOf(n: number) {
      const { entries } = await readInbox(reader, { userId: id(n), limit: 100 });
      return entries.map(({ peer, last, unread }) => [peer.username, last.seq, unread]);
    },
    positions: (n: number) =>
      state
        .partition(`USER#${id(n)}`)
        .map(({ sk }) => sk as string)
        .filter((sk) => sk.startsWith('INBOX#')),
  };
}
