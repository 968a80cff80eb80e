import type { StoredMessage } from '../contract/http-types.ts';

export type Log = ReturnType<typeof createLog>;

/** A window on a conversation's log without a gap, from `first` to `last`. What comes out of order waits for its turn. */
export function createLog() {
  let held: readonly StoredMessage[] = [];
  let last: number | undefined;
  const ahead = new Map<number, StoredMessage>();

  const takeTurns = () => {
    if (last === undefined) return;
    const next: StoredMessage[] = [];
    for (const seq of ahead.keys()) if (seq <= last) ahead.delete(seq);
    for (let message = ahead.get(last + 1); message; message = ahead.get(last + 1)) {
      next.push(message);
      ahead.delete(message.seq);
      last = message.seq;
    }
    if (next.length > 0) held = [...held, ...next];
  };

  return {
    get messages() {
      return held;
    },
    /** The last `seq` that is held without a gap; undefined until it has begun. */
    get last() {
      return last;
    },
    /** The first one that is held; what is before it is history. */
    get first() {
      return held[0]?.seq ?? (last ?? 0) + 1;
    },
    /** How far what waits for its turn is ahead. */
    get missing() {
      return last === undefined ? 0 : Math.max(last, ...ahead.keys()) - last;
    },
    /**
     * With the newest page, in order; with nothing, for a conversation in which nobody has spoken. Where a gap is between,
     * what was held until now is history again.
     */
    begin(page: readonly StoredMessage[]) {
      if (last !== undefined && (page[0]?.seq ?? 0) <= last + 1) return this.add(page);
      held = page;
      last = page.at(-1)?.seq ?? 0;
      takeTurns();
    },
    /** In any order, any number of times. */
    add(messages: readonly StoredMessage[]) {
      for (const message of messages) ahead.set(message.seq, message);
      takeTurns();
    },
    /** Older ones, in order, up to the one before `first`. */
    prepend(messages: readonly StoredMessage[]) {
      const first = held[0]?.seq ?? 1;
      const older = messages.filter(({ seq }) => seq < first);
      if (older.at(-1)?.seq === first - 1) held = [...older, ...held];
    },
  };
}
