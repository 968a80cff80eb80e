import type { Conversation, StoredMessage } from './contract/http-types.ts';

interface Told {
  /** The conversation's last `seq`, and how far was read, when the server counted. */
  readonly seq: number;
  readonly read: number;
  readonly unread: number;
}

export type UnreadCounts = ReturnType<typeof createUnreadCounts>;

/**
 * How many messages of the other member are unread: the server's number as of its last message, and those that came since.
 * Where the reader is by now between what the server knew of, it is counted by the messages that are known.
 */
export function createUnreadCounts(ownId: () => string) {
  const told = new Map<string, Told>();
  /** Of each conversation, the messages behind what has been read: whether they are one's own, by `seq`. */
  const heard = new Map<string, Map<number, boolean>>();

  return {
    /** What the server counted; older news change nothing. */
    tell({ id, last_message: { seq }, read, unread }: Conversation): void {
      const before = told.get(id);
      if (!before || seq > before.seq || (seq === before.seq && read >= before.read)) {
        told.set(id, { seq, read, unread });
      }
    },
    /** Messages of one conversation, from wherever they come. What was read up to `read` is not kept. */
    hear(id: string, messages: readonly StoredMessage[], read: number): void {
      const known = heard.get(id) ?? new Map<number, boolean>();
      heard.set(id, known);
      for (const { seq, sender_id } of messages) if (seq > read) known.set(seq, sender_id === ownId());
    },
    of(id: string, read: number): number {
      const known = heard.get(id) ?? new Map<number, boolean>();
      for (const seq of known.keys()) if (seq <= read) known.delete(seq);
      const base = told.get(id) ?? { seq: read, read, unread: 0 };
      let own = 0;
      let since = 0;
      for (const [seq, isOwn] of known) {
        if (isOwn && seq <= base.seq) own += 1;
        if (!isOwn && seq > base.seq) since += 1;
      }
      // No more than what lies there without one's own, and no more than the server knew of.
      const left =
        read <= base.read ? base.unread : Math.min(base.unread, Math.max(0, base.seq - read - own));
      return left + since;
    },
    reset(): void {
      told.clear();
      heard.clear();
    },
  };
}
