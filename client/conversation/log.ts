import type { StoredMessage } from '../contract/http-types.ts';

export type Log = ReturnType<typeof createLog>;

/** Of two states of one message, the newer one. Of equal ones, the first, so that an unchanged message stays the same object. */
export function newest(state: StoredMessage, other: StoredMessage | null | undefined): StoredMessage {
  return other && (other.change ?? 0) > (state.change ?? 0) ? other : state;
}

/**
 * So many told states of messages before the first one are kept. A page of older messages that was read before one of them is
 * under way for seconds, in which users can change much less.
 */
const MOST_TOLD = 1_000;

/**
 * A part of a conversation's log without a gap, from `first` to `last`, and in the state of `change` at least. States come in
 * any order and any number of times: an older one never replaces a newer one.
 */
export function createLog() {
  let held: readonly StoredMessage[] = [];
  let last: number | undefined;
  let change = 0;
  /** Counts the beginnings: what was asked before one says nothing about the messages that are held after it. */
  let start = 0;
  let isOutdated = false;
  /** Messages that came too early, and the told states of messages before the first one. */
  const beside = new Map<number, StoredMessage>();
  /** The numbers of changes that were told before an earlier one. */
  const told = new Set<number>();

  const firstSeq = () => held[0]?.seq ?? (last ?? 0) + 1;
  const heldAt = (seq: number): StoredMessage | undefined => held[seq - firstSeq()];

  /** The newest known state of a message. Undefined if it was neither loaded nor told. */
  const at = (seq: number) => heldAt(seq) ?? beside.get(seq);
  const present = (message: StoredMessage) => newest(at(message.seq) ?? message, message);
  const take = (message: StoredMessage) => {
    const state = present(message);
    beside.delete(message.seq);
    return state;
  };

  const takeBeside = () => {
    if (last === undefined) return;
    const next: StoredMessage[] = [];
    for (let message = beside.get(last + 1); message; message = beside.get(last + 1)) {
      next.push(message);
      beside.delete(message.seq);
      last = message.seq;
    }
    if (next.length > 0) held = [...held, ...next];
  };

  const moveTo = (number: number) => {
    change = Math.max(change, number);
    for (const one of told) if (one <= change) told.delete(one);
    while (told.delete(change + 1)) change += 1;
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
      return firstSeq();
    },
    get change() {
      return change;
    },
    get start() {
      return start;
    },
    /** It has begun, and need not begin anew. */
    get isCurrent() {
      return last !== undefined && !isOutdated;
    },
    /** How many messages the log lacks up to the newest one that has arrived: 0 if there is no gap. */
    get missing() {
      return last === undefined ? 0 : Math.max(last, ...beside.keys()) - last;
    },
    /** A change was told, but not all before it. */
    get lacksChanges() {
      return this.isCurrent && told.size > 0;
    },
    at,
    present,
    /**
     * Begins with the newest page, in order, or with an empty one if nobody has written yet. If there is a gap before
     * the page, or after `outdate`, drops the messages that it held.
     * @param pageChange the page holds all changes up to it
     */
    begin(page: readonly StoredMessage[], pageChange: number) {
      if (last !== undefined && !isOutdated && (page[0]?.seq ?? 0) <= last + 1) return this.add(page);
      held = page.map(take);
      last = page.at(-1)?.seq ?? 0;
      start += 1;
      isOutdated = false;
      takeBeside();
      moveTo(pageChange);
    },
    /** Takes messages in any order and any number of times. */
    add(messages: readonly StoredMessage[]) {
      for (const message of messages) {
        const { seq } = message;
        const before = heldAt(seq);
        const state = take(message);
        if (before && state !== before) held = held.with(seq - firstSeq(), state);
        // An older message comes with its page. A change of it may have been told after that was read.
        if (!before && (seq > (last ?? 0) || state.change)) beside.set(seq, state);
      }
      takeBeside();
      for (const seq of beside.keys()) {
        if (beside.size <= MOST_TOLD) break;
        if (seq < firstSeq()) beside.delete(seq);
      }
    },
    /** A frame has told this change, and `add` has its message. */
    tell(number: number) {
      if (number > change) told.add(number);
      if (last !== undefined) moveTo(0);
    },
    /** The messages have the state of this change. */
    moveTo,
    /** So many changes were missed that it must begin anew. */
    outdate() {
      isOutdated = true;
    },
    /** Takes older messages, in order, up to the one before `first`. */
    prepend(messages: readonly StoredMessage[]) {
      const first = held[0]?.seq ?? 1;
      const older = messages.filter(({ seq }) => seq < first);
      if (older.at(-1)?.seq === first - 1) held = [...older.map(take), ...held];
    },
  };
}
