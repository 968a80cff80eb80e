import type { Conversation as InboxEntry, MessageWindow, StoredMessage } from '../contract/http-types.ts';
import { hasCode } from '../errors.ts';
import { pathOf, peerIn } from '../ids.ts';
import { delayAfter } from '../retrying/backoff.ts';
import { createShared } from '../retrying/shared.ts';
import { createLog, type Log } from './log.ts';

interface Options {
  readonly id: string;
  readonly ownId: () => string;
  readonly get: <T>(path: string) => Promise<T>;
  /** The inbox has it, with its marks. */
  readonly isKnown: () => boolean;
  readonly onEntry: (entry: InboxEntry) => void;
  /** Of messages that were fetched. */
  readonly onMessages: (messages: readonly StoredMessage[]) => void;
  /** The log holds more, or what it lacks is on its way. */
  readonly onChange: () => void;
  readonly random: () => number;
}

const PAGE = 50;
const MOST = 100;
const MOST_BACK = 2_000;
/** Who missed more than this begins anew with the newest page: they scroll back if they want to, page by page. */
const MOST_MISSED = 300;
/** Frames overtake one another by less than this; what is missing for longer is fetched. */
const REORDERED_MS = 300;

/** Fetches one conversation's log: its newest page, what is missing in it, and what is older. */
export function createLogReader(options: Options) {
  const { id, ownId, get, isKnown, onEntry, onMessages, onChange, random } = options;
  const loading = createShared();
  const older = createShared();
  let log: Log = createLog();
  let hole: ReturnType<typeof setTimeout> | undefined;

  // Whatever an application takes for an id.
  const path = pathOf(id);
  const window = (query: string) => get<MessageWindow>(`${path}/messages?${query}`);

  const loadNewest = async () => {
    const mine = log;
    const [page, entry] = await Promise.all([
      window(`limit=${PAGE}`).catch((error: unknown) => {
        // Nobody has spoken yet; in what is no conversation nobody ever will.
        if (hasCode(error, 'conversation_not_found') && peerIn(id, ownId())) return undefined;
        throw error;
      }),
      // Its marks. Without them the messages are worth showing, and the next `sync` brings them.
      isKnown() ? undefined : get<InboxEntry>(path).catch(() => undefined),
    ]);
    if (mine !== log) return;
    log.begin(page?.results ?? []);
    if (entry) onEntry(entry);
    onMessages(page?.results ?? []);
    changed();
  };
  const renew = () => loading.run(loadNewest);

  const loadNext = async () => {
    const mine = log;
    const { results } = await window(`after=${log.last}&limit=${MOST}`);
    if (mine !== log) return;
    log.add(results);
    onMessages(results);
    changed();
  };

  const fill = async (attempt: number) => {
    const mine = log;
    try {
      while (mine === log && log.missing > 0) {
        const { last } = log;
        await (log.missing > MOST_MISSED ? renew() : loadNext());
        if (mine === log && log.last === last) throw new Error('The server did not answer with it.');
      }
      if (mine === log) hole = undefined;
    } catch (error) {
      if (mine === log) hole = setTimeout(fill, delayAfter(error, attempt, random), attempt + 1);
    }
  };

  const changed = () => {
    if (log.missing > 0) hole ??= setTimeout(fill, REORDERED_MS, 1);
    onChange();
  };

  const ensureLoaded = async () => {
    if (log.last === undefined) await renew();
  };

  const loadOlder = async (limit = PAGE) => {
    await ensureLoaded();
    if (log.first <= 1) return;
    await older.run(async () => {
      const mine = log;
      const { results } = await window(`before=${log.first}&limit=${Math.min(limit, MOST)}`);
      if (mine !== log) return;
      log.prepend(results);
      onMessages(results);
      changed();
    });
  };

  return {
    get log(): Log {
      return log;
    },
    ensureLoaded,
    loadOlder,
    async loadBackTo(seq: number): Promise<boolean> {
      await ensureLoaded();
      const mine = log;
      const first = Math.max(seq, 1);
      if (log.first - first > MOST_BACK) return false;
      // Each page is a step back, or the last one: a server that has none to give is not asked for ever.
      for (let held = Number.POSITIVE_INFINITY; mine === log && log.first > first && log.first < held; ) {
        held = log.first;
        await loadOlder(MOST);
      }
      return mine === log && seq >= log.first && seq <= (log.last ?? 0);
    },
    add(news: readonly StoredMessage[]): void {
      log.add(news);
      changed();
    },
    /** The log goes on to here at least. */
    async reach(seq: number): Promise<void> {
      if (log.last !== undefined && seq - log.last > MOST_MISSED) await renew();
    },
    reset(): void {
      clearTimeout(hole);
      hole = undefined;
      loading.reset();
      older.reset();
      log = createLog();
    },
  };
}
