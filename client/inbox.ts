import type {
  Conversation,
  ConversationPage,
  LastMessage,
  StoredMessage,
  User,
} from './contract/http-types.ts';
import { preview } from './contract/preview.ts';
import { pathOf } from './ids.ts';
import type { MarkStore, Marks } from './marks.ts';
import { type Observable, observable, setList } from './observable.ts';
import type { PresenceBook } from './presence.ts';
import type { Pauses } from './retrying/pauses.ts';
import { persist } from './retrying/persist.ts';
import { createUnread } from './unread.ts';
import { createUnreadCounts } from './unread-counts.ts';

/** A conversation as a list shows it. */
export interface InboxItem {
  readonly id: string;
  readonly peer: User;
  readonly last: {
    readonly seq: number;
    readonly senderId: string;
    /** Its beginning. */
    readonly text: string;
    readonly createdAt: string;
  };
  readonly unread: number;
  readonly read: number;
  readonly peerRead: number;
  readonly peerReceived: number;
}

export type Inbox = ReturnType<typeof createInbox>;

interface Options {
  readonly get: <T>(path: string) => Promise<T>;
  readonly marks: MarkStore;
  readonly presence: PresenceBook;
  readonly ownId: () => string;
  readonly isOnline: () => boolean;
  readonly random: () => number;
  readonly pauses: Pauses;
}

const PAGE = 50;

/** The conversations, most recent first, and what is unread in them. */
export function createInbox({ get, marks, presence, ownId, isOnline, random, pauses }: Options) {
  const items = observable<readonly InboxItem[]>([]);
  const hasMore = observable(false);
  const isLoaded = observable(false);
  const known = new Map<string, { readonly peer: User; readonly last: LastMessage }>();
  /** The newest message of those whose peer's name is asked for. */
  const shown = new Map<
    string,
    { readonly item: InboxItem; readonly last: LastMessage; readonly marks: Marks }
  >();
  const asked = new Map<string, LastMessage>();
  const counts = createUnreadCounts(ownId);
  let cursor: string | null = null;
  let era = 0;

  /** What has not changed stays the same object: a list renders only what has. */
  const itemOf = (id: string, peer: User, last: LastMessage): InboxItem => {
    const own = marks.of(id);
    const before = shown.get(id);
    const { read, peerRead, peerReceived } = own;
    const unread = counts.of(id, read);
    if (
      before?.last === last &&
      before.marks === own &&
      before.item.unread === unread &&
      before.item.peer.username === peer.username
    ) {
      return before.item;
    }
    const { seq, sender_id: senderId, message: text, created_at: createdAt } = last;
    const item = {
      id,
      peer,
      last: { seq, senderId, text, createdAt },
      unread,
      read,
      peerRead,
      peerReceived,
    };
    shown.set(id, { item, last, marks: own });
    return item;
  };

  const render = () => {
    const next = [...known].map(([id, { peer, last }]) => itemOf(id, peer, last));
    next.sort((a, b) => b.last.createdAt.localeCompare(a.last.createdAt));
    setList(items, next);
    unread.list(next.reduce((sum, item) => sum + item.unread, 0));
  };

  const put = (id: string, peer: User, last: LastMessage) => {
    const before = known.get(id)?.last;
    unread.listed(id);
    if (!before) void presence.met(peer.id);
    // The inbox follows the log by about a second: what came by the socket may be newer.
    known.set(id, { peer, last: before && before.seq >= last.seq ? before : last });
  };

  const merge = (conversations: readonly Conversation[]) => {
    for (const conversation of conversations) {
      const { id, peer, last_message: last } = conversation;
      counts.tell(conversation);
      put(id, { id: peer.id, username: peer.username }, last);
      marks.learn(conversation);
      presence.learn([{ user_id: peer.id, online: peer.online, last_seen: peer.last_seen }]);
      if (last.sender_id !== ownId()) marks.received(id, last.seq);
    }
    render();
  };

  const unread = createUnread({ get, marks, counts, isListed: (id) => known.has(id), onListed: merge });

  const page = async (path: string) => {
    const mine = era;
    const { next, results } = await get<ConversationPage>(path);
    if (mine !== era) return undefined;
    merge(results);
    return { next, ids: new Set(results.map(({ id }) => id)) };
  };
  const follow = (next: string | null) => {
    cursor = next;
    hasMore.set(next !== null);
  };

  /** A conversation that begins, or revives beyond what is loaded: its peer and its marks are asked for. */
  const introduce = async (id: string, last: LastMessage) => {
    const mine = era;
    const before = asked.get(id);
    if (!before || before.seq < last.seq) asked.set(id, last);
    if (before) return;
    const ask = async () => {
      const entry = await get<Conversation>(pathOf(id));
      if (mine !== era) return;
      merge([entry]);
      put(id, { id: entry.peer.id, username: entry.peer.username }, asked.get(id) ?? last);
      render();
    };
    // What is refused for good, or ends with the line, the next message brings, or the next loading of the inbox.
    await persist(ask, { isWanted: () => mine === era && isOnline() && !known.has(id), random, pauses });
    if (mine === era) asked.delete(id);
  };

  return {
    items: items as Observable<readonly InboxItem[]>,
    unread: unread.total,
    countRest: unread.countRest,
    hasMore: hasMore as Observable<boolean>,
    isLoaded: isLoaded as Observable<boolean>,
    merge,
    render,
    lastOf: (id: string) => known.get(id)?.last.seq,
    /** Messages of one conversation, of which it is to be known whether they are unread. */
    hear(conversation: string, said: readonly StoredMessage[]): void {
      counts.hear(conversation, said, marks.of(conversation).read);
      if (known.has(conversation)) render();
      else unread.said();
    },
    note({ conversation, id, seq, sender_id, message, created_at }: StoredMessage): void {
      const last = { id, seq, sender_id, message: preview(message), created_at };
      const entry = known.get(conversation);
      if (!entry) void introduce(conversation, last);
      else if (seq > entry.last.seq) {
        put(conversation, entry.peer, last);
        render();
      }
    },
    /** The first page; what is there already stays. */
    async load(): Promise<void> {
      const isFirst = !isLoaded.value;
      const loaded = await page(`/conversations?limit=${PAGE}`);
      if (!loaded) return;
      if (isFirst) follow(loaded.next);
      const isBehind = (id: string) => !loaded.ids.has(id);
      unread.begin(loaded.next, [...known.keys()].some(isBehind));
      isLoaded.set(true);
    },
    async loadMore(): Promise<void> {
      if (cursor === null) return;
      const loaded = await page(`/conversations${new URL(cursor).search}`);
      if (!loaded) return;
      follow(loaded.next);
      if (loaded.next === null) unread.end();
    },
    reset(): void {
      era += 1;
      known.clear();
      shown.clear();
      asked.clear();
      counts.reset();
      follow(null);
      isLoaded.set(false);
      unread.reset();
      render();
    },
  };
}
