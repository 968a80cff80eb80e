import { Unavailable } from '../../../functions/core/errors.ts';
import type { Change, ChangeLog } from '../../../functions/core/messages/change.ts';
import { nextRecent } from '../../../functions/core/messages/find-earlier.ts';
import type {
  LogEntry,
  Message,
  MessageHistory,
  MessageLog,
} from '../../../functions/core/messages/message.ts';
import { NOON } from './clock.ts';
import { alice, CONVERSATION, id } from './people.ts';

/** What becomes of a write; `answer lost`: it is stored, but the writer learns of a fault alone. */
export type WriteOutcome = 'stored' | 'answer lost' | 'unavailable';

export interface MemoryLog extends MessageLog, MessageHistory, ChangeLog {
  readonly messages: readonly LogEntry[];
  /** Says whether a member blocks the other one. */
  isSealed: boolean;
  readonly changes: readonly Change[];
  /** Every call, in order: `last`, `end`, `at 3,7`, `since 3 10`, `up to 9 10`, `append 4`, `last change`, `change 1 of 4`. */
  readonly calls: readonly string[];
  /** Somebody else's message gets the next place. */
  add(message?: Partial<LogEntry>): void;
}

/** One conversation's log in memory; `onWrite` decides, before each write, what becomes of it. */
export function memoryLog({
  holding = 0,
  onWrite = () => 'stored',
}: {
  holding?: number;
  onWrite?: (log: MemoryLog, message: LogEntry) => WriteOutcome;
} = {}): MemoryLog {
  const messages: LogEntry[] = [];
  const changes: Change[] = [];
  const calls: string[] = [];
  const log: MemoryLog = {
    messages,
    changes,
    calls,
    isSealed: false,
    add(message) {
      const next = { ...anEntry(messages.length + 1), ...message };
      const recent = nextRecent(messages.at(-1)?.recent ?? new Uint8Array(), next.clientId ?? next.id);
      messages.push({ ...next, recent: message?.recent ?? recent });
    },
    async last() {
      calls.push('last');
      return messages.at(-1);
    },
    async end() {
      calls.push('end');
      return { last: messages.at(-1), isSealed: log.isSealed };
    },
    async at(_, seqs) {
      calls.push(`at ${seqs.join()}`);
      return messages.filter(({ seq }) => seqs.includes(seq));
    },
    async since(_, from, limit) {
      calls.push(`since ${from} ${limit}`);
      return messages.filter(({ seq }) => seq >= from).slice(0, limit);
    },
    async upTo(_, to, limit) {
      calls.push(`up to ${to ?? 'the end'} ${limit}`);
      const from = to === undefined ? messages : messages.filter(({ seq }) => seq <= to);
      return from.toReversed().slice(0, limit);
    },
    async lastChange() {
      calls.push('last change');
      return changes.length;
    },
    async changesFrom(_, from, limit) {
      return changes.filter(({ change }) => change >= from).slice(0, limit);
    },
    async change(_, message, former) {
      const change = message.changed?.change ?? 0;
      calls.push(`change ${change} of ${message.seq}`);
      const outcome = onWrite(log, message);
      if (outcome === 'unavailable') throw new Unavailable();
      const present = messages.findIndex(({ seq }) => seq === message.seq);
      const isCurrent = messages[present]?.changed?.change === former.changed?.change;
      if (!isCurrent || change !== changes.length + 1) return false;
      messages[present] = message;
      changes.push({ change, seq: message.seq });
      if (outcome === 'answer lost') throw new Unavailable();
      return true;
    },
    async append(_, message) {
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
    read: 0,
    createdAt: NOON,
  };
}

/** The same as the log keeps it, of members who have not spoken lately. */
export function anEntry(seq: number): LogEntry {
  return { ...aMessage(seq), counts: {}, rates: {}, recent: new Uint8Array() };
}
