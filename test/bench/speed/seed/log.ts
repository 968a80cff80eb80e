import { randomUUID } from 'node:crypto';
import type { OwnConversation } from '../../../../functions/core/conversations/conversation.ts';
import { append } from '../../../../functions/core/messages/append.ts';
import type { LogEntry } from '../../../../functions/core/messages/message.ts';

const TEXT_LENGTH = 200;
const sendLimit = { messages: Number.MAX_SAFE_INTEGER, seconds: 10 };

/** The messages of a log without end, as the domain's own code makes them. */
export async function* messagesOf(conversation: OwnConversation): AsyncGenerator<LogEntry> {
  const entries: LogEntry[] = [];
  const dependencies = {
    log: {
      end: async () => ({ last: entries.at(-1), isSealed: false }),
      at: async (_: unknown, seqs: readonly number[]) => seqs.flatMap((seq) => entries[seq - 1] ?? []),
      append: async (_: unknown, entry: LogEntry) => entries.push(entry) > 0,
    },
    profiles: { profileOf: async (id: string) => ({ id }) as never },
    sendLimit,
    newId: randomUUID,
    now: () => new Date(),
    random: Math.random,
    wait: async () => {},
  };
  for (let seq = 1; ; seq += 1) {
    const text = `Message ${seq} `.padEnd(TEXT_LENGTH, 'x');
    const draft = { conversation, messages: [{ text, clientId: randomUUID() }] };
    for await (const { message } of append(dependencies, draft)) yield message as LogEntry;
  }
}
