import { backoff } from './backoff.ts';
import { hasCode } from './errors.ts';
import type { Conversation as InboxEntry, MessageWindow, StoredMessage } from './http-types.ts';
import { createLog, type Log } from './log.ts';
import type { MarkStore } from './marks.ts';
import { type Message, storedMessage, unsentMessage } from './message.ts';
import { type Observable, observable } from './observable.ts';
import type { Outbox } from './outbox.ts';
import { createTyping } from './typing.ts';

export type ConversationStore = ReturnType<typeof createConversation>;

interface Options {
  readonly id: string;
  readonly ownId: () => string;
  readonly get: <T>(path: string) => Promise<T>;
  readonly outbox: Outbox;
  readonly marks: MarkStore;
  /** The inbox has it, with its marks. */
  readonly isKnown: () => boolean;
  readonly onEntry: (entry: InboxEntry) => void;
  /** Of messages that were fetched. */
  readonly onMessages: (messages: readonly StoredMessage[]) => void;
  readonly tellTyping: () => Promise<unknown>;
  readonly now: () => number;
  readonly random: () => number;
}

const PAGE = 50;
const MOST = 100;
/** Frames overtake one another by less than this; what is missing for longer is fetched. */
const REORDERED_MS = 300;

/** One conversation: its messages, live while it is open. */
export function createConversation(options: Options) {
  const { id, ownId, get, outbox, marks, isKnown, onEntry, onMessages, tellTyping, now, random } = options;
  const messages = observable<readonly Message[]>([]);
  const hasOlder = observable(false);
  const isLoaded = observable(false);
  const typing = createTyping(tellTyping, now);
  /** Acknowledged, while something before it is still missing. */
  const early = new Map<string, StoredMessage>();
  let log: Log = createLog();
  let shown = new Map<string, Message>();
  let users = 0;
  let loading: Promise<void> | undefined;
  let older: Promise<void> | undefined;
  let hole: ReturnType<typeof setTimeout> | undefined;

  const window = (query: string) => get<MessageWindow>(`/conversations/${id}/messages?${query}`);

  const render = () => {
    const [own, mine] = [marks.of(id), ownId()];
    for (const [key, { seq }] of early) if (seq <= (log.last ?? 0)) early.delete(key);
    const list = [
      ...log.messages.map((message) => storedMessage(message, own, mine)),
      ...[...early.values()].map((message) => storedMessage(message, own, mine)),
      ...outbox.of(id).map(unsentMessage),
    ].map((message) => {
      // What has not changed stays the same object: a list renders only what has.
      const before = shown.get(message.key);
      const isSame =
        before?.state === message.state && before.seq === message.seq && before.reason === message.reason;
      return isSame ? before : message;
    });
    shown = new Map(list.map((message) => [message.key, message]));
    const { value } = messages;
    if (list.length !== value.length || list.some((message, i) => message !== value[i])) messages.set(list);
    hasOlder.set(log.first > 1);
    if (log.hasHole) hole ??= setTimeout(fill, REORDERED_MS, 1);
  };

  const fill = async (attempt: number) => {
    const mine = log;
    try {
      while (mine === log && log.hasHole) {
        const { results } = await window(`after=${log.last}&limit=${MOST}`);
        if (results.length === 0) throw new Error('A message came before it can be read.');
        take(results, mine);
      }
      hole = undefined;
    } catch {
      hole = mine === log ? setTimeout(fill, backoff(attempt, random), attempt + 1) : undefined;
    }
  };

  const take = (results: readonly StoredMessage[], mine: Log) => {
    if (mine !== log) return;
    log.add(results);
    onMessages(results);
    render();
  };

  const load = async () => {
    const mine = log;
    const [page, entry] = await Promise.all([
      window(`limit=${PAGE}`).catch((error: unknown) => {
        if (hasCode(error, 'conversation_not_found')) return undefined;
        throw error;
      }),
      // Its marks. Without them the messages are worth showing, and the next `sync` brings them.
      isKnown() ? undefined : get<InboxEntry>(`/conversations/${id}`).catch(() => undefined),
    ]);
    if (mine !== log) return;
    log.begin(page?.results ?? []);
    if (entry) onEntry(entry);
    onMessages(page?.results ?? []);
    render();
    isLoaded.set(true);
  };

  const ensureLoaded = async () => {
    if (log.last !== undefined) return;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    await loading;
  };

  const forget = () => {
    clearTimeout(hole);
    hole = loading = older = undefined;
    log = createLog();
    early.clear();
    typing.end();
    isLoaded.set(false);
  };

  const face = {
    id,
    /** The log without a gap, in order; behind it what is on its way or was refused. */
    messages: messages as Observable<readonly Message[]>,
    /** There is history before the first message. */
    hasOlder: hasOlder as Observable<boolean>,
    isLoaded: isLoaded as Observable<boolean>,
    /** The other one types. */
    typing: typing.peer,
    /**
     * Loads the newest messages and keeps them live. Rejects when they cannot be had now; they then come when the line
     * is back.
     */
    async open(): Promise<void> {
      users += 1;
      await ensureLoaded();
    },
    /** As often as it was opened: then it is no longer live, and forgets what it held. */
    close(): void {
      users = Math.max(0, users - 1);
      if (users > 0) return;
      forget();
      render();
    },
    /** Older messages, `limit` of them; before it is open, the newest. */
    async loadOlder(limit = PAGE): Promise<void> {
      await ensureLoaded();
      if (log.first <= 1) return;
      const mine = log;
      older ??= window(`before=${log.first}&limit=${Math.min(limit, MOST)}`)
        .then(({ results }) => {
          if (mine !== log) return;
          log.prepend(results);
          render();
        })
        .finally(() => {
          older = undefined;
        });
      await older;
    },
    /** Shows it at once, and sends it as soon as it can be sent. Returns its `key`. */
    send(text: string): string {
      return outbox.add(ownId(), id, text);
    },
    /** A failed one, once more. */
    retry: (key: string) => outbox.retry(key),
    /** A failed one is no longer shown. */
    discard: (key: string) => outbox.discard(key),
    /** Up to here, or all of it, has been read. */
    markRead(seq = log.last): void {
      if (seq) marks.read(id, seq);
    },
    /** Call it at each key: the other one is told every 3 s at most. */
    type: () => typing.own(),
  };

  return {
    face,
    typing,
    render,
    ensureLoaded,
    isOpen: () => users > 0,
    last: () => log.last,
    receive(news: readonly StoredMessage[]): void {
      if (users === 0) return;
      log.add(news);
      render();
    },
    /** One of the outbox's is stored. */
    stored(message: StoredMessage): void {
      if (users > 0) early.set(message.client_id ?? message.id, message);
    },
    reset(): void {
      users = 0;
      forget();
      render();
    },
  };
}
