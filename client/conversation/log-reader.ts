import type { Conversation as InboxEntry, MessageWindow, StoredMessage } from '../contract/http-types.ts';
import { hasCode } from '../errors.ts';
import { isGroupId, pathOf, peerIn } from '../ids.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { singleFlight } from '../locks.ts';
import type { Retry } from '../retry.ts';
import { createLog, type Log } from './log.ts';

interface Options {
  readonly id: string;
  readonly ownId: () => string;
  readonly get: <T>(path: string) => Promise<T>;
  readonly inbox: Pick<Inbox, 'lastOf' | 'merge' | 'groupOf'>;
  /** Messages were fetched. */
  readonly onMessages: (messages: readonly StoredMessage[]) => void;
  /** Messages are fetched that were missed, so events may be among them. */
  readonly onMissed: () => void;
  /** The log holds more, or a gap is being filled. */
  readonly onChange: () => void;
  /** Fetches missed changes. */
  readonly sync: () => Promise<void>;
  readonly retry: Retry;
}

const PAGE = 50;
const LARGEST_PAGE = 100;
const LONGEST_JUMP = 2_000;
/** With a larger gap, the log starts again at its newest page. The user can load the rest by scrolling back. */
const LARGEST_GAP = 300;
/** Frames overtake one another by less than this. A gap that lasts longer is fetched. */
const REORDERED_MS = 300;
/** Reactions are told so much later than edits, because those of a second are told as one. */
const FOLDED_MS = 2_000;

/** What a log holds: all messages up to `seq`, in the state of `change`. */
export interface Held {
  readonly seq: number;
  readonly change: number;
  /** The log has not begun anew since. */
  isCurrent(): boolean;
  /** The messages that it held then have the state of this change by now. Without effect if the log has begun anew. */
  reached(change: number): void;
}

export type LogReader = ReturnType<typeof createLogReader>;

/** Fetches one conversation's log: its newest page, its gaps and its older messages. */
export function createLogReader(options: Options) {
  const { id, ownId, get, inbox, onMessages, onMissed, onChange, sync, retry } = options;
  const loading = singleFlight();
  const older = singleFlight();
  let log: Log = createLog();
  let filling: ReturnType<typeof setTimeout> | undefined;
  /** `filling` waits for reactions that may be on their way. */
  let isPatient = false;

  const path = pathOf(id);
  const window = (query: string) => get<MessageWindow>(`${path}/messages?${query}`);

  /** Whether the log has not begun anew. If it has, a page that was asked for before may be older than its `change`. */
  const sinceNow = () => {
    const mine = log;
    const { start } = mine;
    return () => mine === log && start === mine.start;
  };

  /** Undefined if nobody has written yet. Other ids are errors: they name no conversation at all. */
  const windowIfAny = (query: string) =>
    window(query).catch((error: unknown) => {
      if (hasCode(error, 'conversation_not_found') && peerIn(id, ownId())) return undefined;
      throw error;
    });

  /** The first message that the user may see. */
  const firstSeq = () => inbox.groupOf(id)?.firstSeq ?? 1;

  const loadNewest = async () => {
    const mine = log;
    onMissed();
    const [page, entry] = await Promise.all([
      windowIfAny(`limit=${PAGE}`),
      // For its receipts. Messages are worth showing without them, and the next `sync` brings them.
      inbox.lastOf(id) === undefined && !isGroupId(id)
        ? get<InboxEntry>(path).catch(() => undefined)
        : undefined,
    ]);
    if (mine !== log) return;
    log.begin(page?.results ?? [], page?.last_change ?? 0);
    if (entry) inbox.merge([entry]);
    onMessages(page?.results ?? []);
    changed();
  };
  const renew = () => loading.run(loadNewest);

  const loadNext = async () => {
    const isCurrent = sinceNow();
    onMissed();
    const { results } = await window(`after=${log.last}&limit=${LARGEST_PAGE}`);
    if (!isCurrent()) return;
    log.add(results);
    onMessages(results);
    changed();
  };

  const lacksAny = () => log.missing > 0 || log.lacksChanges;

  const fill = async (attempt: number) => {
    const mine = log;
    isPatient = false;
    try {
      while (mine === log && lacksAny()) {
        const { last, change } = log;
        if (log.missing === 0) await sync();
        else await (log.missing > LARGEST_GAP ? renew() : loadNext());
        if (mine === log && log.last === last && log.change === change) throw new Error('Still missing.');
      }
      if (mine === log) filling = undefined;
    } catch (error) {
      if (mine === log) filling = setTimeout(fill, retry.delay(error, attempt), attempt + 1);
    }
  };

  const stopFilling = () => {
    clearTimeout(filling);
    filling = undefined;
    isPatient = false;
  };

  const changed = () => {
    const isGap = log.missing > 0;
    if (isPatient && isGap) stopFilling();
    if (lacksAny() && !filling) {
      isPatient = !isGap;
      filling = setTimeout(fill, isGap ? REORDERED_MS : FOLDED_MS, 1);
    }
    onChange();
  };

  const ensureLoaded = async () => {
    if (!log.isCurrent) await renew();
  };

  const loadOlder = async (limit = PAGE) => {
    await ensureLoaded();
    if (log.first <= firstSeq()) return;
    await older.run(async () => {
      const isCurrent = sinceNow();
      const { results } = await window(`before=${log.first}&limit=${Math.min(limit, LARGEST_PAGE)}`);
      if (!isCurrent()) return;
      log.prepend(results);
      onMessages(results);
      changed();
    });
  };

  return {
    get log(): Log {
      return log;
    },
    sinceNow,
    /** There are older messages that the user may see. */
    hasOlder: () => log.first > firstSeq(),
    /** Fetches one message, which the log does not take. Undefined if there is none. */
    async fetchOne(seq: number): Promise<StoredMessage | undefined> {
      if (!Number.isSafeInteger(seq) || seq < 1) return undefined;
      const { results = [] } = (await windowIfAny(`around=${seq}&limit=1`)) ?? {};
      // At an end of the log, it is another message.
      return results.find((one) => one.seq === seq);
    },
    ensureLoaded,
    loadOlder,
    async loadBackTo(seq: number): Promise<boolean> {
      await ensureLoaded();
      const mine = log;
      const first = Math.max(seq, firstSeq());
      if (log.first - first > LONGEST_JUMP) return false;
      // Stops when a page brings no older message. Otherwise it could ask without end.
      for (let held = Number.POSITIVE_INFINITY; mine === log && log.first > first && log.first < held; ) {
        held = log.first;
        await loadOlder(LARGEST_PAGE);
      }
      return mine === log && seq >= log.first && seq <= (log.last ?? 0);
    },
    add(messages: readonly StoredMessage[]): void {
      log.add(messages);
      changed();
    },
    /** A frame has told these changes. Their message was added before. */
    tell(changes: readonly number[]): void {
      changes.forEach(log.tell);
      changed();
    },
    /** Undefined if the log must begin first. */
    held(): Held | undefined {
      const { last, change } = log;
      if (last === undefined || !log.isCurrent) return undefined;
      const isSame = sinceNow();
      const isCurrent = () => isSame() && log.isCurrent;
      return {
        seq: last,
        change,
        isCurrent,
        reached(to) {
          if (!isCurrent()) return;
          log.moveTo(to);
          changed();
        },
      };
    },
    /** The next load begins anew: too many changes were missed. */
    outdate: () => log.outdate(),
    /** The log goes up to here at least. */
    async reach(seq: number): Promise<void> {
      if (log.last !== undefined && seq - log.last > LARGEST_GAP) await renew();
    },
    reset(): void {
      stopFilling();
      loading.reset();
      older.reset();
      log = createLog();
    },
  };
}
