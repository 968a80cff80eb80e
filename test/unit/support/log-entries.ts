import type { LogEntry } from '../../../functions/core/messages/message.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { memoryTable } from './memory-table.ts';
import { anEntry } from './message-log.ts';

/** The message at some place in Alice's and Bob's conversation, as the log keeps it; `more` changes it. */
export function aLogEntry(seq: number, more: Partial<LogEntry> = {}): LogEntry {
  return { ...anEntry(seq), ...more };
}

/** The log of a table in memory that holds these. */
export async function logOf(...entries: readonly LogEntry[]) {
  const { table, commands, state, killAfter } = memoryTable();
  const log = messageStore(table);
  for (const entry of entries) await log.append(entry);
  commands.length = 0;
  return { log, table, state, commands, killAfter };
}

/** Makes `count` entries: 1, 2, 3 … */
export function entries(count: number, more: (seq: number) => Partial<LogEntry> = () => ({})): LogEntry[] {
  return Array.from({ length: count }, (_, i) => aLogEntry(i + 1, more(i + 1)));
}
