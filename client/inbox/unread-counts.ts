import type { Conversation, StoredMessage } from '../contract/http-types.ts';

interface ServerCount {
  /** The last `seq` and the read position when the server counted. */
  readonly seq: number;
  readonly read: number;
  readonly unread: number;
}

export type UnreadCounts = ReturnType<typeof createUnreadCounts>;

/**
 * Counts the other members' unread messages: the server's count as of its last message, plus those that came since. If
 * the user has read further since then, the known messages tell how many are left.
 */
export function createUnreadCounts(ownId: () => string) {
  const counted = new Map<string, ServerCount>();
  /** For each conversation, the unread messages by `seq`: true for those that do not count, the user's own and events. */
  const recent = new Map<string, Map<number, boolean>>();

  return {
    /** Takes the server's count. An older one changes nothing. */
    update({ id, last_message: { seq }, read, unread }: Conversation): void {
      const before = counted.get(id);
      if (!before || seq > before.seq || (seq === before.seq && read >= before.read)) {
        counted.set(id, { seq, read, unread });
      }
    },
    /** Takes messages of one conversation from any source. Ignores those up to `read`. */
    add(id: string, messages: readonly StoredMessage[], read: number): void {
      const known = recent.get(id) ?? new Map<number, boolean>();
      recent.set(id, known);
      for (const { seq, sender_id, event } of messages)
        if (seq > read) known.set(seq, sender_id === ownId() || event !== undefined);
    },
    of(id: string, read: number): number {
      const known = recent.get(id) ?? new Map<number, boolean>();
      for (const seq of known.keys()) if (seq <= read) known.delete(seq);
      const base = counted.get(id) ?? { seq: read, read, unread: 0 };
      let own = 0;
      let since = 0;
      for (const [seq, isOwn] of known) {
        if (isOwn && seq <= base.seq) own += 1;
        if (!isOwn && seq > base.seq) since += 1;
      }
      // At most the other members' messages between `read` and the server's last one, and at most the server's count.
      const left =
        read <= base.read ? base.unread : Math.min(base.unread, Math.max(0, base.seq - read - own));
      return left + since;
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
