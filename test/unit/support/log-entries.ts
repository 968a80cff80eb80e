import { type Conversation, pairById } from '../../../functions/core/conversations/conversation.ts';
import type { LogEntry } from '../../../functions/core/messages/message.ts';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { anEntry } from './message-log.ts';
import { ALICES } from './people.ts';

/** The message at some place in Alice's and Bob's conversation, as the log keeps it; `more` changes it. */
export function aLogEntry(seq: number, more: Partial<LogEntry> = {}): LogEntry {
  return { ...anEntry(seq), ...more };
}

/** An entry as an item of the table. */
export const itemOf = (entry: LogEntry) =>
  fromLogEntry(pairById(entry.conversation) as Conversation, entry) as { pk: string; sk: string };

/** The log of a table in memory that holds these. */
export async function logOf(...entries: readonly LogEntry[]) {
  const { table, commands, state, killAfter } = memoryTable();
  const store = messageStore(table);
  for (const entry of entries) await store.append(ALICES, entry);
  commands.length = 0;
  let read = 0;
  const log: typeof store = {
    ...store,
    at(conversation, seqs) {
      read += seqs.length;
      return store.at(conversation, seqs);
    },
  };
  /** How many messages were read by their places. */
  return { log, table, state, commands, killAfter, read: () => read };
}

/** Makes `count` entries: 1, 2, 3 … */
export function entries(count: number, more: (seq: number) => Partial<LogEntry> = () => ({})): LogEntry[] {
  return Array.from({ length: count }, (_, i) => aLogEntry(i + 1, more(i + 1)));
}
