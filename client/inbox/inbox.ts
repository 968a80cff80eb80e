import type { BlockStore } from '../blocks.ts';
import {
  type Conversation,
  type ConversationPage,
  type GroupConversation,
  type GroupEvent,
  knownOf,
  type LastMessage,
  type Role,
  type StoredMessage,
  type User,
  type Who,
} from '../contract/http-types.ts';
import { preview } from '../contract/preview.ts';
import { hasCode } from '../errors.ts';
import { pathOf } from '../ids.ts';
import { type Observable, observable, setList } from '../observable.ts';
import type { PresenceStore } from '../presence.ts';
import type { ReceiptStore } from '../receipts.ts';
import type { Retry } from '../retry.ts';
import type { ConversationSettings, SettingsStore } from '../settings.ts';
import { createUnreadCounts, mentioning, ofOthers } from './unread-counts.ts';
import { createUnreadTotal } from './unread-total.ts';

interface Item {
  readonly id: string;
  readonly last: {
    readonly seq: number;
    readonly senderId: string;
    /** The beginning of the message. Empty if it is deleted, and with an `event`. */
    readonly text: string;
    readonly createdAt: string;
    readonly editedAt?: string;
    readonly deletedAt?: string;
    /** In groups: what its sender did. */
    readonly event?: GroupEvent;
  };
  /** Own messages and events never count. */
  readonly unread: number;
  readonly read: number;
  readonly settings: ConversationSettings;
  /** It was archived after its last message. */
  readonly isArchived: boolean;
}

/** A conversation of two in the list. */
export interface PairItem extends Item {
  readonly kind: 'pair';
  readonly peer: User;
  readonly peerRead: number;
  readonly peerReceived: number;
}

/** A group in the list. */
export interface GroupItem extends Item {
  readonly kind: 'group';
  readonly title: string;
  /** The user's own. */
  readonly role: Role;
  /** How many of the unread messages mention the user, by name or with all. */
  readonly mentions: number;
  /** The log begins here. */
  readonly firstSeq: number;
  /** The lowest role that may write, add others, or change title, description and picture. */
  readonly who: Who;
}

/** A conversation in the list. */
export type InboxItem = PairItem | GroupItem;

export type Inbox = ReturnType<typeof createInbox>;

interface Options {
  readonly get: <T>(path: string) => Promise<T>;
  readonly receipts: ReceiptStore;
  readonly presence: PresenceStore;
  readonly settings: SettingsStore;
  readonly blocks: Pick<BlockStore, 'update'>;
  readonly ownId: () => string;
  readonly retry: Retry;
  /** The user is in this group, perhaps again. */
  readonly onFound: (conversation: string) => void;
  /** The user is not in this group any more. */
  readonly onGone: (conversation: string) => void;
}

interface PairEntry {
  readonly kind: 'pair';
  readonly peer: User;
  readonly last: LastMessage;
}

interface GroupEntry extends Pick<GroupItem, 'kind' | 'title' | 'role' | 'firstSeq' | 'who'> {
  readonly last: LastMessage;
  /** The `seq` as of which they are known. */
  readonly titleAt: number;
  readonly roleAt: number;
  readonly whoAt: number;
}

type Entry = PairEntry | GroupEntry;

const PAGE = 50;

/** As long as a group says nothing else. */
const WHO: Who = { write: 'member', add: 'moderator', rename: 'moderator' };

/** A later message, or a later state of the same one. */
const isAfter = (last: LastMessage, before: LastMessage) =>
  last.seq > before.seq || (last.seq === before.seq && (last.change ?? 0) > (before.change ?? 0));

/** An unchanged object stays the same one, so that a list renders only changed ones. */
const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The conversations, pinned ones and then the most recent first, and their unread messages. */
export function createInbox(options: Options) {
  const { get, receipts, presence, settings, blocks, ownId, retry, onFound, onGone } = options;
  const items = observable<readonly InboxItem[]>([]);
  const archived = observable<readonly InboxItem[]>([]);
  const hasMore = observable(false);
  const isLoaded = observable(false);
  const known = new Map<string, Entry>();
  const shown = new Map<string, InboxItem>();
  /** The newest message of each conversation whose entry is being fetched. */
  const fetching = new Map<string, LastMessage>();
  /** The groups that the user is not in any more, each with its last known `seq`. */
  const gone = new Map<string, number>();
  const counts = createUnreadCounts(ofOthers(ownId));
  const mentions = createUnreadCounts(mentioning(ownId));
  let cursor: string | null = null;
  /** Counts users: a response for an earlier user is dropped. */
  let generation = 0;

  const itemOf = (id: string, entry: Entry): InboxItem => {
    const { last } = entry;
    const { edited_at: editedAt, deleted_at: deletedAt, event } = last;
    const { read, peerRead, peerReceived } = receipts.of(id);
    const message = {
      seq: last.seq,
      senderId: last.sender_id,
      text: last.message,
      createdAt: last.created_at,
      ...(editedAt !== undefined && { editedAt }),
      ...(deletedAt !== undefined && { deletedAt }),
      ...(event && { event }),
    };
    const { value: own } = settings.of(id);
    const shared = {
      id,
      last: message,
      unread: counts.of(id, read),
      read,
      settings: own,
      isArchived: own.archivedAt !== null && own.archivedAt >= last.created_at,
    };
    const { title, role, firstSeq, who } = entry as GroupEntry;
    const item: InboxItem =
      entry.kind === 'group'
        ? { kind: entry.kind, title, role, firstSeq, who, mentions: mentions.of(id, read), ...shared }
        : { kind: entry.kind, peer: entry.peer, peerRead, peerReceived, ...shared };
    const before = shown.get(id);
    if (before && isSame(before, item)) return before;
    shown.set(id, item);
    return item;
  };

  const render = () => {
    const next = [...known].map(([id, entry]) => itemOf(id, entry));
    const pinned = (item: InboxItem) => item.settings.pinnedAt ?? '';
    next.sort(
      (a, b) => pinned(b).localeCompare(pinned(a)) || b.last.createdAt.localeCompare(a.last.createdAt),
    );
    const listed = next.filter(({ isArchived }) => !isArchived);
    setList(items, listed);
    setList(
      archived,
      next.filter(({ isArchived }) => isArchived),
    );
    const heard = listed.filter(({ settings }) => !settings.mutedUntil);
    unread.list({
      count: heard.reduce((sum, item) => sum + item.unread, 0),
      mentions: heard.reduce((sum, item) => sum + (item.kind === 'group' ? item.mentions : 0), 0),
    });
  };

  const put = (id: string, entry: Entry) => {
    const before = known.get(id)?.last;
    unread.delete(id);
    if (!before && entry.kind === 'pair') void presence.rewatch(entry.peer.id);
    // The server's inbox follows the log by about a second, so a message from the socket may be newer.
    known.set(id, before && !isAfter(entry.last, before) ? { ...entry, last: before } : entry);
  };

  const advance = (id: string, last: LastMessage) => {
    const entry = known.get(id);
    if (!entry || !isAfter(last, entry.last)) return;
    put(id, { ...entry, last });
    render();
  };

  /** An event and an entry tell of the group as of their `seq`. The later one counts, whichever comes first. */
  const told = (
    entry: GroupEntry,
    seq: number,
    { title, role, who }: { readonly [name in 'title' | 'role' | 'who']?: GroupEntry[name] | undefined },
  ): GroupEntry => ({
    ...entry,
    ...(title !== undefined && seq >= entry.titleAt && { title, titleAt: seq }),
    ...(role !== undefined && seq >= entry.roleAt && { role, roleAt: seq }),
    ...(who !== undefined && seq >= entry.whoAt && { who, whoAt: seq }),
  });
  const toldBy = ({ event }: { readonly event?: GroupEvent | undefined }) => ({
    title: event?.title,
    role: event?.users?.includes(ownId()) ? event.role : undefined,
  });

  const groupEntry = (id: string, conversation: GroupConversation): GroupEntry => {
    const { kind, title, role, who, first_seq: firstSeq, last_message: last } = conversation;
    const { seq } = last;
    const before = known.get(id);
    const at = { titleAt: seq, roleAt: seq, whoAt: who ? seq : 0 };
    const now = { kind, title, role, who: who ?? WHO, firstSeq, last, ...at };
    // What the server says of the group may be read a moment before its last message.
    const present = told(now, seq, toldBy(last));
    return before?.kind === 'group' ? told({ ...before, firstSeq, last }, seq, { ...present, who }) : present;
  };

  /** `mark`: what the settings had told when they were asked for. */
  const merge = (conversations: readonly Conversation[], mark?: number) => {
    for (const conversation of knownOf(conversations)) {
      const { id, last_message: last } = conversation;
      // The server's inbox follows a little later. Whoever is back is told so by a later message.
      if (last.seq <= (gone.get(id) ?? 0) || last.event?.type === 'dissolved') continue;
      counts.update(conversation);
      mentions.update(conversation);
      if (conversation.kind === 'group') {
        put(id, groupEntry(id, conversation));
        onFound(id);
      } else {
        const { peer } = conversation;
        const deleted = peer.deleted && { deleted: peer.deleted };
        put(id, { kind: 'pair', peer: { id: peer.id, username: peer.username, ...deleted }, last });
        blocks.update(peer);
        presence.update([{ user_id: peer.id, online: peer.online, last_seen: peer.last_seen }]);
      }
      receipts.update(conversation);
      settings.update(conversation, mark);
      if (last.sender_id !== ownId()) receipts.received(id, last.seq);
    }
    render();
  };

  const unread = createUnreadTotal({
    get,
    receipts,
    settings,
    counts,
    mentions,
    isListed: (id) => known.has(id),
    onListed: merge,
  });

  const page = async (path: string) => {
    const mine = generation;
    const mark = settings.mark();
    const { next, results, pinned = [] } = await get<ConversationPage>(path);
    if (mine !== generation) return undefined;
    merge([...pinned, ...results], mark);
    return { next, results, pinned };
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
      const mark = settings.mark();
      const entry = await get<Conversation>(pathOf(id));
      if (mine !== generation) return;
      merge([entry], mark);
      advance(id, fetching.get(id) ?? last);
    };
    // If this fails, the next message or the next load of the inbox brings the entry.
    await retry.persist(fetchOnce, () => mine === generation && !known.has(id));
    if (mine === generation) fetching.delete(id);
  };

  const remove = (id: string, seq: number) => {
    gone.set(id, Math.max(seq, known.get(id)?.last.seq ?? 0, gone.get(id) ?? 0));
    for (const map of [known, shown, fetching]) map.delete(id);
    counts.delete(id);
    mentions.delete(id);
    unread.delete(id);
    render();
  };

  /**
   * A group that should be on a page, and is not. Either the page was read before its last message, or the user was removed while
   * the client was offline.
   */
  const check = async (id: string) => {
    const mine = generation;
    try {
      const mark = settings.mark();
      const entry = await get<Conversation>(pathOf(id));
      if (mine === generation) merge([entry], mark);
    } catch (error) {
      // After any other failure, the next load checks again.
      if (mine === generation && hasCode(error, 'conversation_not_found')) onGone(id);
    }
  };

  return {
    /** What the application gets. */
    handle: {
      /** Pinned ones first, the last pinned one before the others. Without archived ones. */
      items: items as Observable<readonly InboxItem[]>,
      /** The archived ones, as far as they are loaded. */
      archived: archived as Observable<readonly InboxItem[]>,
      /** Of all conversations together, without muted and archived ones. `isComplete` once those that are not in `items` are counted too. */
      unread: unread.total,
      hasMore: hasMore as Observable<boolean>,
      isLoaded: isLoaded as Observable<boolean>,
      loadMore,
    },
    countRest: unread.countRest,
    merge,
    render,
    lastOf: (id: string) => known.get(id)?.last.seq,
    /** What is known of a group. */
    groupOf(id: string): Pick<GroupItem, 'role' | 'firstSeq'> | undefined {
      const entry = known.get(id);
      return entry?.kind === 'group' ? entry : undefined;
    },
    /** An event, in any order. */
    hear({ conversation: id, seq, event }: StoredMessage): void {
      const entry = known.get(id);
      if (entry?.kind !== 'group') return;
      known.set(id, told(entry, seq, toldBy({ event })));
      render();
    },
    /** The user is not in this conversation any more. */
    remove,
    /** Counts the unread ones of some messages of one conversation. */
    count(conversation: string, messages: readonly StoredMessage[]): void {
      const { read } = receipts.of(conversation);
      for (const one of [counts, mentions]) one.add(conversation, messages, read);
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
      const before = [...known];
      const loaded = await page(`/conversations?limit=${PAGE}`);
      if (!loaded) return;
      const { next, results, pinned } = loaded;
      if (isFirst) setCursor(next);
      const ids = new Set([...results, ...pinned].map(({ id }) => id));
      unread.begin(
        next,
        [...known.keys()].some((id) => !ids.has(id)),
      );
      isLoaded.set(true);
      const end = next === null ? '' : (results.at(-1)?.last_message.created_at ?? '');
      for (const [id, { kind, last }] of before) {
        if (kind === 'group' && !ids.has(id) && last.created_at > end) void check(id);
      }
    },
    reset(): void {
      generation += 1;
      known.clear();
      gone.clear();
      shown.clear();
      fetching.clear();
      counts.reset();
      mentions.reset();
      setCursor(null);
      isLoaded.set(false);
      unread.reset();
      render();
    },
  };
}
