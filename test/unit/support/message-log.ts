import { Unavailable } from '../../../functions/core/errors.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import type { MessageHistory, MessageLog } from '../../../functions/core/messages/ports.ts';
import { NOON } from './clock.ts';
import { alice, CONVERSATION, id } from './people.ts';

/** What becomes of a write; `answer lost`: it is stored, but the writer learns of a fault alone. */
export type WriteOutcome = 'stored' | 'answer lost' | 'unavailable';

export interface MemoryLog extends MessageLog, MessageHistory {
  readonly messages: readonly Message[];
  /** Every call, in order: `last`, `since 3`, `append 4`. */
  readonly calls: readonly string[];
  /** Somebody else's message gets the next place. */
  add(message?: Partial<Message>): void;
}

/** One conversation's log in memory; `onWrite` decides, before each write, what becomes of it. */
export function memoryLog({
  holding = 0,
  tailLimit = Number.POSITIVE_INFINITY,
  onWrite = () => 'stored',
}: {
  holding?: number;
  tailLimit?: number;
  onWrite?: (log: MemoryLog, message: Message) => WriteOutcome;
} = {}): MemoryLog {
  const messages: Message[] = [];
  const calls: string[] = [];
  const log: MemoryLog = {
    messages,
    calls,
    add: (message) => void messages.push({ ...aMessage(messages.length + 1), ...message }),
    async last() {
      calls.push('last');
      return messages.at(-1);
    },
    async since(_, from) {
      calls.push(`since ${from}`);
      const tail = messages.filter(({ seq }) => seq >= from);
      return { messages: tail.slice(0, tailLimit), isCut: tail.length > tailLimit };
    },
    async range(_, lowest, highest) {
      calls.push(`range ${lowest} ${highest}`);
      return messages.filter(({ seq }) => seq >= lowest && seq <= highest).reverse();
    },
    async append(message) {
      calls.push(`append ${message.seq}`);
      const outcome = onWrite(log, message);
      if (outcome === 'unavailable') throw new Unavailable();
      const isFree = messages.every(({ seq }) => seq !== message.seq);
      if (isFree) messages.push(message);
      if (outcome === 'answer lost') throw new Unavailable();
      return isFree;
    },
  };
  for (let i = 0; i < holding; i += 1) log.add();
  return log;
}

/** The message at some place in Alice's and Bob's conversation, said by Alice. */
export function aMessage(seq: number): Message {
  return {
    id: id(1000 + seq),
    conversation: CONVERSATION,
    seq,
    senderId: alice.id,
    text: `message ${seq}`,
    createdAt: NOON,
  };
}
