import type { Conversation, StoredMessage } from '../contract/http-types.ts';
import { isMentioned } from '../mentions.ts';

interface ServerCount {
  /** The last `seq` and the read position when the server counted. */
  readonly seq: number;
  readonly read: number;
  readonly unread: number;
}

export type UnreadCounts = ReturnType<typeof createUnreadCounts>;

/** Which messages count, and how many of them the server says are unread. */
interface Counted {
  readonly isCounted: (message: StoredMessage) => boolean;
  readonly serverCount: (conversation: Conversation) => number;
}

/** The messages of others. */
export const ofOthers = (ownId: () => string): Counted => ({
  isCounted: ({ sender_id, event }) => sender_id !== ownId() && event === undefined,
  serverCount: ({ unread }) => unread,
});

/** The messages of others that mention the user, by name or with all. */
export const mentioning = (ownId: () => string): Counted => ({
  isCounted: ({ sender_id, mentions }) => sender_id !== ownId() && isMentioned(ownId(), mentions),
  serverCount: (conversation) => (conversation.kind === 'group' ? (conversation.mentions ?? 0) : 0),
});

/**
 * Counts unread messages: the server's count as of its last message, plus those that came since. If the user has read further
 * since then, the known messages tell how many are left.
 */
export function createUnreadCounts({ isCounted, serverCount }: Counted) {
  const counted = new Map<string, ServerCount>();
  /** For each conversation, the unread messages by `seq`: true for those that do not count. */
  const recent = new Map<string, Map<number, boolean>>();

  return {
    /** Takes the server's count. An older one changes nothing. */
    update(conversation: Conversation): void {
      const { id, read, last_message: last } = conversation;
      const [seq, unread] = [last.seq, serverCount(conversation)];
      const before = counted.get(id);
      if (!before || seq > before.seq || (seq === before.seq && read >= before.read)) {
        counted.set(id, { seq, read, unread });
      }
    },
    /** Takes messages of one conversation from any source. Ignores those up to `read`. */
    add(id: string, messages: readonly StoredMessage[], read: number): void {
      const known = recent.get(id) ?? new Map<number, boolean>();
      recent.set(id, known);
      for (const message of messages) if (message.seq > read) known.set(message.seq, !isCounted(message));
    },
    of(id: string, read: number): number {
      const known = recent.get(id) ?? new Map<number, boolean>();
      for (const seq of known.keys()) if (seq <= read) known.delete(seq);
      const base = counted.get(id) ?? { seq: read, read, unread: 0 };
      let others = 0;
      let certain = 0;
      let since = 0;
      for (const [seq, isOther] of known) {
        if (seq > base.seq) since += isOther ? 0 : 1;
        else if (isOther) others += 1;
        else certain += 1;
      }
      // At most those between `read` and the server's last one, and at most the server's count. It may not count the newest yet.
      const left =
        read <= base.read ? base.unread : Math.min(base.unread, Math.max(0, base.seq - read - others));
      return Math.max(left, certain) + since;
    },
    delete(id: string): void {
      counted.delete(id);
      recent.delete(id);
    },
    reset(): void {
      counted.clear();
      recent.clear();
    },
  };
}
