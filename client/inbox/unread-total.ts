import { type Conversation, type ConversationPage, knownOf } from '../contract/http-types.ts';
import { singleFlight } from '../locks.ts';
import { type Observable, observable } from '../observable.ts';
import type { ReceiptStore } from '../receipts.ts';
import type { SettingsStore } from '../settings.ts';
import type { UnreadCounts } from './unread-counts.ts';

/** The unread messages of all conversations together. */
export interface Unread {
  readonly count: number;
  /** Those of them that mention the user. */
  readonly mentions: number;
  /** All conversations are counted. Otherwise show “50+”: there may be more. */
  readonly isComplete: boolean;
}

interface Options {
  readonly get: <T>(path: string) => Promise<T>;
  readonly receipts: ReceiptStore;
  readonly settings: SettingsStore;
  readonly counts: UnreadCounts;
  readonly mentions: UnreadCounts;
  readonly isListed: (conversation: string) => boolean;
  /** Conversations of the list were read again. */
  readonly onListed: (entries: readonly Conversation[], mark: number) => void;
}

const PAGE = 100;
const isSame = (one: Unread, other: Unread) =>
  one.count === other.count && one.mentions === other.mentions && one.isComplete === other.isComplete;

/** Beyond the list's first page, at most 1,000 conversations are counted: 10 requests. */
const MAX_PAGES = 10;

/**
 * Counts unread messages, also in conversations that the list has not loaded: page by page in the background, once, and
 * again after a time without a connection if receipts may have moved there. In between, frames keep the count right.
 */
export function createUnreadTotal({
  get,
  receipts,
  settings,
  counts,
  mentions,
  isListed,
  onListed,
}: Options) {
  const total = observable<Unread>({ count: 0, mentions: 0, isComplete: false });
  /** Conversations that are not in the list, each with the time of its last message. */
  const beyond = new Map<string, string>();
  let listed = { count: 0, mentions: 0 };
  let isComplete = false;
  /** The next page to count. Null if there is none. */
  let rest: string | null = null;
  let pages = 0;
  /** Counts the runs: only the last one's pages count. */
  let generation = 0;

  const countBeyond = (of: UnreadCounts) => {
    let sum = 0;
    for (const [id, last] of beyond) {
      const { mutedUntil, archivedAt } = settings.of(id).value;
      if (!mutedUntil && (archivedAt ?? '') < last) sum += of.of(id, receipts.of(id).read);
    }
    return sum;
  };

  const render = () => {
    const next = {
      count: listed.count + countBeyond(counts),
      mentions: listed.mentions + countBeyond(mentions),
      isComplete,
    };
    if (!isSame(total.value, next)) total.set(next);
  };

  const add = (page: readonly Conversation[], mark: number) => {
    const entries = knownOf(page);
    onListed(
      entries.filter(({ id }) => isListed(id)),
      mark,
    );
    for (const entry of entries) {
      const { id } = entry;
      if (isListed(id)) continue;
      beyond.set(id, entry.last_message.created_at);
      counts.update(entry);
      mentions.update(entry);
      receipts.update(entry);
      settings.update(entry, mark);
    }
  };

  const continueAt = (next: string | null) => {
    rest = next;
    if (next === null) isComplete = true;
    else if (pages === MAX_PAGES) isComplete = false;
    render();
  };

  const countRest = async () => {
    const mine = generation;
    while (rest !== null && pages < MAX_PAGES) {
      const query = new URL(rest).searchParams;
      query.set('limit', String(PAGE));
      const mark = settings.mark();
      const { next, results } = await get<ConversationPage>(`/conversations?${query}`);
      if (mine !== generation) return;
      pages += 1;
      add(results, mark);
      continueAt(next);
    }
  };
  const counting = singleFlight();
  const begin = (next: string | null) => {
    generation += 1;
    pages = 0;
    counting.reset();
    continueAt(next);
  };

  return {
    total: total as Observable<Unread>,
    /** Sets the numbers of unread messages in the list. */
    list(numbers: Pick<Unread, 'count' | 'mentions'>): void {
      listed = numbers;
      render();
    },
    /** A conversation has come into the list. */
    delete: (conversation: string) => beyond.delete(conversation),
    /** A conversation that is not in the list has a new message. */
    render,
    /** The list was loaded up to here. `isStale`: conversations behind that may have changed. */
    begin(next: string | null, isStale: boolean): void {
      if (next !== null && isComplete && !isStale && countBeyond(counts) === 0) return;
      begin(next);
    },
    /** The whole list was loaded. */
    end: () => continueAt(null),
    /** Rejects if a page cannot be loaded. The next call continues there. */
    countRest: () => counting.run(countRest),
    reset(): void {
      beyond.clear();
      listed = { count: 0, mentions: 0 };
      begin(null);
      isComplete = false;
      render();
    },
  };
}
