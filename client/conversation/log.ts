import type { StoredMessage } from '../contract/http-types.ts';

export type Log = ReturnType<typeof createLog>;

/**
 * A part of a conversation's log without a gap, from `first` to `last`. Messages that come out of order wait in
 * `ahead`.
 */
export function createLog() {
  let held: readonly StoredMessage[] = [];
  let last: number | undefined;
  const ahead = new Map<number, StoredMessage>();

  const takeAhead = () => {
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
    /** Undefined until the log has begun. */
    get last() {
      return last;
    },
    get first() {
      return held[0]?.seq ?? (last ?? 0) + 1;
    },
    /** How many messages the log lacks up to the newest one that has arrived: 0 if there is no gap. */
    get missing() {
      return last === undefined ? 0 : Math.max(last, ...ahead.keys()) - last;
    },
    /**
     * Begins with the newest page, in order, or with an empty one if nobody has written yet. If there is a gap before
     * the page, drops the messages that it held.
     */
    begin(page: readonly StoredMessage[]) {
      if (last !== undefined && (page[0]?.seq ?? 0) <= last + 1) return this.add(page);
      held = page;
      last = page.at(-1)?.seq ?? 0;
      takeAhead();
    },
    /** Takes messages in any order and any number of times. */
    add(messages: readonly StoredMessage[]) {
      for (const message of messages) ahead.set(message.seq, message);
      takeAhead();
    },
    /** Takes older messages, in order, up to the one before `first`. */
    prepend(messages: readonly StoredMessage[]) {
      const first = held[0]?.seq ?? 1;
      const older = messages.filter(({ seq }) => seq < first);
      if (older.at(-1)?.seq === first - 1) held = [...older, ...held];
    },
  };
}
