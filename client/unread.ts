import type { Conversation, ConversationPage } from './contract/http-types.ts';
import type { MarkStore } from './marks.ts';
import { type Observable, observable } from './observable.ts';
import { createShared } from './retrying/shared.ts';
import type { UnreadCounts } from './unread-counts.ts';

/** What is unread, in all conversations together. */
export interface Unread {
  readonly count: number;
  /** No conversation is left out. Otherwise there may be more: say “50+”. */
  readonly isComplete: boolean;
}

interface Options {
  readonly get: <T>(path: string) => Promise<T>;
  readonly marks: MarkStore;
  readonly counts: UnreadCounts;
  /** Of a conversation of the list: to be shown as it is by now. */
  readonly isListed: (conversation: string) => boolean;
  readonly onListed: (entries: readonly Conversation[]) => void;
}

const PAGE = 100;
/** Beyond the list's first page, 1,000 conversations are counted: 10 requests at most, whoever asks and however often. */
const MOST_PAGES = 10;

/**
 * Counts what is unread in the conversations that the list has not loaded: page by page in the background, once, and again
 * after a time without a line if marks may have moved there. In between frames keep it right.
 */
export function createUnread({ get, marks, counts, isListed, onListed }: Options) {
  const total = observable<Unread>({ count: 0, isComplete: false });
  /** Those that are not in the list. */
  const beyond = new Set<string>();
  let inList = 0;
  let isComplete = false;
  /** Where counting goes on; null when there is nothing to count. */
  let rest: string | null = null;
  let pages = 0;
  /** Of several counts, the last one holds. */
  let walk = 0;

  const countBeyond = () => [...beyond].reduce((sum, id) => sum + counts.of(id, marks.of(id).read), 0);

  const render = () => {
    const count = inList + countBeyond();
    const { value } = total;
    if (count !== value.count || isComplete !== value.isComplete) total.set({ count, isComplete });
  };

  const add = (entries: readonly Conversation[]) => {
    onListed(entries.filter(({ id }) => isListed(id)));
    for (const entry of entries) {
      const { id } = entry;
      if (isListed(id)) continue;
      beyond.add(id);
      counts.tell(entry);
      marks.learn(entry);
    }
  };

  const goOn = (next: string | null) => {
    rest = next;
    if (next === null) isComplete = true;
    else if (pages === MOST_PAGES) isComplete = false;
    render();
  };

  const countRest = async () => {
    const mine = walk;
    while (rest !== null && pages < MOST_PAGES) {
      const query = new URL(rest).searchParams;
      query.set('limit', String(PAGE));
      const { next, results } = await get<ConversationPage>(`/conversations?${query}`);
      if (mine !== walk) return;
      pages += 1;
      add(results);
      goOn(next);
    }
  };
  const counting = createShared();
  const begin = (next: string | null) => {
    walk += 1;
    pages = 0;
    counting.reset();
    goOn(next);
  };

  return {
    total: total as Observable<Unread>,
    /** So many are unread in the list. */
    list(count: number): void {
      inList = count;
      render();
    },
    /** A conversation has come into the list. */
    listed: (conversation: string) => beyond.delete(conversation),
    /** Something was said in a conversation that is not in the list yet. */
    said: render,
    /** The list was loaded up to here; `isStale`: what it showed behind that may have changed. */
    begin(next: string | null, isStale: boolean): void {
      if (next !== null && isComplete && !isStale && countBeyond() === 0) return;
      begin(next);
    },
    /** All of the list was loaded. */
    end: () => goOn(null),
    /** Rejects when a page cannot be had; called again, it goes on there. */
    countRest: () => counting.run(countRest),
    reset(): void {
      beyond.clear();
      inList = 0;
      begin(null);
      isComplete = false;
      render();
    },
  };
}
