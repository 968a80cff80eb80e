import type { BlockStore } from '../blocks.ts';
import {
  type Conversation,
  type ConversationPage,
  knownOf,
  type LastMessage,
  type StoredMessage,
  type User,
} from '../contract/http-types.ts';
import { preview } from '../contract/preview.ts';
import { pathOf } from '../ids.ts';
import { type Observable, observable, setList } from '../observable.ts';
import type { PresenceStore } from '../presence.ts';
import type { ReceiptStore } from '../receipts.ts';
import type { Retry } from '../retry.ts';
import { createUnreadCounts } from './unread-counts.ts';
import { createUnreadTotal } from './unread-total.ts';

/** A conversation in the list. */
export interface InboxItem {
  readonly id: string;
  readonly peer: User;
  readonly last: {
    readonly seq: number;
    readonly senderId: string;
    /** The beginning of the message. Empty if it is deleted. */
    readonly text: string;
    readonly createdAt: string;
    readonly editedAt?: string;
    readonly deletedAt?: string;
  };
  readonly unread: number;
  readonly read: number;
  readonly peerRead: number;
  readonly peerReceived: number;
}

export type Inbox = ReturnType<typeof createInbox>;

interface Options {
  readonly get: <T>(path: string) => Promise<T>;
  readonly receipts: ReceiptStore;
  readonly presence: PresenceStore;
  readonly blocks: Pick<BlockStore, 'update'>;
  readonly ownId: () => string;
  readonly retry: Retry;
}

const PAGE = 50;

/** A later message, or a later state of the same one. */
const isAfter = (last: LastMessage, before: LastMessage) =>
  last.seq > before.seq || (last.seq === before.seq && (last.change ?? 0) > (before.change ?? 0));

/** The conversations, most recent first, and their unread messages. */
export function createInbox({ get, receipts, presence, blocks, ownId, retry }: Options) {
  const items = observable<readonly InboxItem[]>([]);
  const hasMore = observable(false);
  const isLoaded = observable(false);
  const known = new Map<string, { readonly peer: User; readonly last: LastMessage }>();
  const shown = new Map<string, InboxItem>();
  /** The newest message of each conversation whose entry is being fetched. */
  const fetching = new Map<string, LastMessage>();
  const counts = createUnreadCounts(ownId);
  let cursor: string | null = null;
  /** Counts users: a response for an earlier user is dropped. */
  let generation = 0;

  /** An unchanged item stays the same object, so that a list renders only changed ones. */
  const itemOf = (id: string, peer: User, last: LastMessage): InboxItem => {
    const { seq, sender_id: senderId, message: text, created_at: createdAt } = last;
    const { edited_at: editedAt, deleted_at: deletedAt } = last;
    const { read, peerRead, peerReceived } = receipts.of(id);
    const unread = counts.of(id, read);
    const before = shown.get(id);
    if (
      before?.last.seq === seq &&
      before.last.text === text &&
      before.last.editedAt === editedAt &&
      before.last.deletedAt === deletedAt &&
      before.peer.username === peer.username &&
      before.unread === unread &&
      before.read === read &&
      before.peerRead === peerRead &&
      before.peerReceived === peerReceived
    ) {
      return before;
    }
    const changed = {
      ...(editedAt !== undefined && { editedAt }),
      ...(deletedAt !== undefined && { deletedAt }),
    };
    const message = { seq, senderId, text, createdAt, ...changed };
    const item = { id, peer, last: message, unread, read, peerRead, peerReceived };
    shown.set(id, item);
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
    unread.delete(id);
    if (!before) void presence.rewatch(peer.id);
    // The server's inbox follows the log by about a second, so a message from the socket may be newer.
    known.set(id, { peer, last: before && !isAfter(last, before) ? before : last });
  };

  const advance = (id: string, last: LastMessage) => {
    const entry = known.get(id);
    if (!entry || !isAfter(last, entry.last)) return;
    put(id, entry.peer, last);
    render();
  };

  const merge = (conversations: readonly Conversation[]) => {
    for (const conversation of knownOf(conversations)) {
      const { id, peer, last_message: last } = conversation;
      counts.update(conversation);
      const deleted = peer.deleted && { deleted: peer.deleted };
      put(id, { id: peer.id, username: peer.username, ...deleted }, last);
      receipts.update(conversation);
      blocks.update(peer);
      presence.update([{ user_id: peer.id, online: peer.online, last_seen: peer.last_seen }]);
      if (last.sender_id !== ownId()) receipts.received(id, last.seq);
    }
    render();
  };

  const unread = createUnreadTotal({
    get,
    receipts,
    counts,
    isListed: (id) => known.has(id),
    onListed: merge,
  });

  const page = async (path: string) => {
    const mine = generation;
    const { next, results } = await get<ConversationPage>(path);
    if (mine !== generation) return undefined;
    merge(results);
    return { next, ids: new Set(results.map(({ id }) => id)) };
  };
  const setCursor = (next: string | null) => {
    cursor = next;
    hasMore.set(next !== null);
  };

  const loadMore = async (): Promise<void> => {
    if (cursor === null) return;
    const loaded = await page(`/conversations${new URL(cursor).search}`);
    if (!loaded) return;
    setCursor(loaded.next);
    if (loaded.next === null) unread.end();
  };

  /** Fetches the entry of a conversation that is new, or that lies beyond the loaded part of the list. */
  const fetchEntry = async (id: string, last: LastMessage) => {
    const mine = generation;
    const before = fetching.get(id);
    if (!before || isAfter(last, before)) fetching.set(id, last);
    if (before) return;
    const fetchOnce = async () => {
      const entry = await get<Conversation>(pathOf(id));
      if (mine !== generation) return;
      merge([entry]);
      advance(id, fetching.get(id) ?? last);
    };
    // If this fails, the next message or the next load of the inbox brings the entry.
    await retry.persist(fetchOnce, () => mine === generation && !known.has(id));
    if (mine === generation) fetching.delete(id);
  };

  return {
    /** What the application gets. */
    handle: {
      items: items as Observable<readonly InboxItem[]>,
      /** Of all conversations together. `isComplete` once those that are not in `items` are counted too. */
      unread: unread.total,
      hasMore: hasMore as Observable<boolean>,
      isLoaded: isLoaded as Observable<boolean>,
      loadMore,
    },
    countRest: unread.countRest,
    merge,
    render,
    lastOf: (id: string) => known.get(id)?.last.seq,
    /** Counts the unread ones of some messages of one conversation. */
    count(conversation: string, messages: readonly StoredMessage[]): void {
      counts.add(conversation, messages, receipts.of(conversation).read);
      if (known.has(conversation)) render();
      else unread.render();
    },
    /** Shows a message in the list if it is the last one of its conversation. */
    show({ conversation, ...message }: StoredMessage): void {
      const last = { ...message, message: preview(message.message) };
      if (known.has(conversation)) advance(conversation, last);
      // An old message that has changed does not bring its conversation into the list.
      else if (!last.change || fetching.has(conversation)) void fetchEntry(conversation, last);
    },
    /** Loads the first page. Conversations that are already there stay. */
    async load(): Promise<void> {
      const isFirst = !isLoaded.value;
      const loaded = await page(`/conversations?limit=${PAGE}`);
      if (!loaded) return;
      if (isFirst) setCursor(loaded.next);
      const isBehind = (id: string) => !loaded.ids.has(id);
      unread.begin(loaded.next, [...known.keys()].some(isBehind));
      isLoaded.set(true);
    },
    reset(): void {
      generation += 1;
      known.clear();
      shown.clear();
      fetching.clear();
      counts.reset();
      setCursor(null);
      isLoaded.set(false);
      unread.reset();
      render();
    },
  };
}
