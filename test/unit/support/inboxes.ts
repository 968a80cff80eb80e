import type { Account } from '../../../functions/core/accounts/account.ts';
import { conversationIdOf } from '../../../functions/core/conversations/conversation-id.ts';
import { followMessages } from '../../../functions/core/inbox/follow-messages.ts';
import { readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { inboxReader } from '../../../functions/storage/inbox.ts';
import { inboxUpkeep } from '../../../functions/storage/inbox-upkeep.ts';
import { presenceStore } from '../../../functions/storage/presence.ts';
import { frozenClock } from './clock.ts';
import { memoryTable } from './memory-table.ts';
import { aMessage } from './message-log.ts';
import { alice, id, knowing } from './people.ts';

/** A user that `id(n)` names. */
export const person = (n: number): Account => ({ ...alice, id: id(n), username: `user${n}` });

/** A message in the conversation of `id(from)` with `id(to)`. */
export function saying(from: number, to: number, seq: number): Message {
  return { ...aMessage(seq), conversation: conversationIdOf(id(from), id(to)), senderId: id(from) };
}

/** Inboxes in a table in memory, of everybody whom `id(1)` to `id(30)` name. */
export function inboxes() {
  const { table, state, commands, killAfter } = memoryTable();
  const clock = frozenClock();
  const reader = { inbox: inboxReader(table), presences: presenceStore(table) };
  const people = Array.from({ length: 30 }, (_, i) => person(i + 1));
  const following = { inbox: inboxUpkeep(table), profiles: knowing(...people), now: clock.now };
  return {
    table,
    state,
    commands,
    killAfter,
    clock,
    reader,
    upkeep: following.inbox,
    follow: (...messages: readonly Message[]) => followMessages(following, messages),
    /** A user's inbox: with whom, the last `seq` and how many are unread, most recent first. */
    async inboxOf(n: number) {
      const { entries } = await readInbox(reader, { userId: id(n), limit: 100 });
      return entries.map(({ peer, last, unread }) => [peer.username, last.seq, unread]);
    },
    places: (n: number) =>
      state
        .partition(`USER#${id(n)}`)
        .map(({ sk }) => sk as string)
        .filter((sk) => sk.startsWith('INBOX#')),
  };
}
