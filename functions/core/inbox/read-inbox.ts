import { deletedPerson, type PersonStore } from '../accounts/account.ts';
import {
  isGroupId,
  numberOf,
  type OwnConversation,
  pairFor,
  peerIn,
  selfOf,
} from '../conversations/conversation.ts';
import { ConversationNotFound } from '../errors.ts';
import type { LogEntry, MessageHistory, MessageLog } from '../messages/message.ts';
import {
  type PresenceStore,
  presencesFor,
  type SeenPresence,
  visiblePresence,
} from '../presence/presence.ts';
import {
  allsOfOthers,
  countOfOthers,
  further,
  type Progress,
  type Receipts,
  receiptOfSender,
  receiptsOf,
  visibleReceipts,
} from '../receipts/receipt.ts';
import { type PinReader, settingsAt } from '../settings/settings.ts';
import {
  type ConversationDetails,
  type GroupEntry,
  type InboxCursor,
  type InboxEntry,
  type InboxPosition,
  type InboxReader,
  type LastMessage,
  type PairEntry,
  type Peer,
  type PeerProgress,
  toLast,
} from './inbox.ts';
import { dated, inOrder, isBehind, type KnownDetails, merge, positionsOfGroups } from './merge.ts';

export interface InboxDependencies {
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly now: () => Date;
}

export interface EntriesPage {
  /** Most recent first. */
  readonly entries: readonly InboxEntry[];
  /** Where the next page begins, if there is one. */
  readonly next: InboxCursor | undefined;
  /** Those that the user has pinned, the last one first. Only with the first page. */
  readonly pinned: readonly InboxEntry[] | undefined;
}

/** A page reads so many small items: four of a pair, and one of each group that the user is in. */
const PAGE_ITEMS = 400;
const ITEMS_OF_PAIR = 4;

/**
 * A page of a user's conversations by recency. Its cost is that of the page and of the user's groups, whatever the inbox holds. It may
 * end before `limit`.
 */
export async function readInbox(
  { inbox, presences, pins, now }: InboxDependencies & { readonly pins: PinReader },
  { userId, limit, before: cursor }: { userId: string; limit: number; before?: InboxCursor | undefined },
): Promise<EntriesPage> {
  const before = cursor ?? {};
  const [groups, found, pinned] = await Promise.all([
    inbox.groups(userId),
    inbox.positions(userId, { limit: limit + 1, before: before.pair }),
    cursor ? [] : pins.pinsOf(userId),
  ]);
  const pinnedPairs = pinned.filter((id) => !isGroupId(id));
  const affordable = Math.floor((PAGE_ITEMS - groups.size) / ITEMS_OF_PAIR) - pinnedPairs.length;
  const pairs = found.slice(0, Math.min(limit, Math.max(1, affordable)));
  const ids = [...new Set([...pairs.map(({ conversation }) => conversation), ...pinnedPairs])];
  const [details, seen] = await Promise.all([
    inbox.details(userId, ids),
    presencesOfPeers(presences, userId, ids),
  ]);
  const known = new Map([...groups, ...ids.map((id, i) => [id, details[i] as ConversationDetails] as const)]);
  const {
    positions,
    cursor: next,
    isWhole,
  } = merge(
    pairs.map((pair) => dated(pair, known.get(pair.conversation))),
    positionsOfGroups(groups).filter((group) => isBehind(group, before.group)),
    { limit, before, hasMorePairs: found.length > pairs.length },
  );
  const toEntries = entriesOf(userId, known, seen, now());
  return {
    entries: toEntries(positions),
    next: isWhole ? undefined : next,
    pinned: cursor ? undefined : toEntries(positionsOfPins(pinned, known)),
  };
}

/** One that is not pinned any more may still be listed. */
function positionsOfPins(pinned: readonly string[], known: KnownDetails): readonly InboxPosition[] {
  const pins = pinned.flatMap((conversation) => {
    const { topAt, settings } = known.get(conversation) ?? {};
    const { pinnedAt } = settings ?? {};
    return topAt === undefined || pinnedAt === undefined ? [] : { conversation, topAt, pinnedAt };
  });
  return pins.toReversed().toSorted((one, other) => inOrder(other.pinnedAt, one.pinnedAt));
}

/** The entries at some positions, without positions that a move has left. Details that are `known` are not read again. */
export async function entriesAt(
  { inbox, presences, now }: InboxDependencies,
  userId: string,
  positions: readonly InboxPosition[],
  known: KnownDetails = new Map(),
): Promise<InboxEntry[]> {
  const ids = positions.map(({ conversation }) => conversation);
  const unknown = ids.filter((id) => !known.has(id));
  const [read, seen] = await Promise.all([
    inbox.details(userId, unknown),
    presencesOfPeers(presences, userId, ids),
  ]);
  const all = new Map([...known, ...unknown.map((id, i) => [id, read[i] as ConversationDetails] as const)]);
  return entriesOf(userId, all, seen, now())(positions);
}

function entriesOf(
  userId: string,
  known: KnownDetails,
  presences: ReadonlyMap<string, SeenPresence>,
  now: Date,
) {
  return (positions: readonly InboxPosition[]): InboxEntry[] =>
    positions.flatMap(({ conversation: id, topAt }) => {
      const details = known.get(id) as ConversationDetails;
      const { last } = details;
      if (details.topAt !== topAt || !last) return [];
      const shown = { ...details, settings: settingsAt(details.settings, now) };
      const presence = presences.get(id);
      if (!presence) return groupEntry(id, last, shown) ?? [];
      return shown.peer ? pairEntry(pairFor(id, userId), shown.peer, last, shown, presence) : [];
    });
}

/** The presence of each pair's other member, by the id of the pair. */
export async function presencesOfPeers(
  presences: InboxDependencies['presences'],
  userId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SeenPresence>> {
  const pairs = ids.filter((id) => !isGroupId(id)).map((id) => pairFor(id, userId));
  const found = await presencesFor(presences, userId, pairs.map(peerIn));
  return new Map(pairs.map(({ id }, i) => [id, found[i] as SeenPresence]));
}

export interface ConversationDependencies extends InboxDependencies {
  readonly log: Pick<MessageHistory, 'last'> & Pick<MessageLog, 'at'>;
  readonly profiles: PersonStore;
}

/**
 * One conversation. The last message is read from the log, so the entry exists as soon as the first message does.
 * @throws ConversationNotFound if the conversation has no message
 */
export function readConversation(
  dependencies: ConversationDependencies,
  conversation: OwnConversation,
): Promise<InboxEntry> {
  return conversation.kind === 'pair'
    ? readPair(dependencies, conversation)
    : readGroup(dependencies, conversation);
}

async function readPair(
  { inbox, presences, log, profiles, now }: ConversationDependencies,
  conversation: OwnConversation,
): Promise<PairEntry> {
  const { id } = conversation;
  const userId = selfOf(conversation);
  const [message, peer, [details], presence] = await Promise.all([
    log.last(conversation),
    profiles.personOf(peerIn(conversation)),
    inbox.details(userId, [id]),
    presencesOfPeers(presences, userId, [id]),
  ]);
  const seen = presence.get(id);
  if (!message || !peer || !details || !seen) throw new ConversationNotFound(id);
  const progress = await withSent(log, conversation, details, message);
  const settings = settingsAt(details.settings, now());
  return pairEntry(conversation, peer, toLast(message), { ...progress, settings }, seen);
}

async function readGroup(
  { inbox, log, now }: Pick<ConversationDependencies, 'inbox' | 'log' | 'now'>,
  conversation: OwnConversation,
): Promise<GroupEntry> {
  const { id } = conversation;
  const [message, [details]] = await Promise.all([
    log.last(conversation),
    inbox.details(selfOf(conversation), [id]),
  ]);
  if (!message || !details) throw new ConversationNotFound(id);
  const progress = await withSent(log, conversation, details, message);
  // The roster is newer than the membership and the summary, which are read eventually consistent.
  const { title } = conversation.roster ?? {};
  const settings = settingsAt(details.settings, now());
  const shown = { ...details, ...progress, settings, part: conversation, title };
  const entry = groupEntry(id, toLast(message), shown);
  if (!entry) throw new ConversationNotFound(id);
  return entry;
}

/**
 * What a member may see of the receipts of a peer. What is read while one of the two blocks the other is not shown, nor does what was
 * shown before go back.
 */
export function receiptsOfPeer(peers: PeerProgress, presence: SeenPresence): Receipts {
  if (!presence.isApart) return visibleReceipts(receiptsOf(peers), presence);
  const shown = Math.min(peers.read.seq, peers.frozen);
  return { received: shown, read: shown };
}

type BothProgress = Pick<ConversationDetails, 'own' | 'peers'>;

/** Adds what the last message tells about its sender's receipt: the stored summary follows only a second later. */
async function withSent(
  log: Pick<MessageLog, 'at'>,
  conversation: OwnConversation,
  { own, peers }: BothProgress,
  message: LogEntry,
): Promise<BothProgress> {
  const isOwn = message.senderId === selfOf(conversation);
  const before: Progress = isOwn ? own : peers;
  if (message.read <= before.read.seq) return { own, peers };
  const sender = numberOf(conversation, message.senderId);
  const read = further(before.read, await receiptOfSender(log, conversation, sender, message, [message]));
  if (isOwn) return { own: { ...own, read }, peers };
  return { own, peers: { ...peers, read, frozen: Math.max(peers.frozen, message.read) } };
}

function pairEntry(
  { id, self }: OwnConversation,
  peer: Peer,
  last: LastMessage,
  { own, peers, settings }: BothProgress & Pick<ConversationDetails, 'settings'>,
  presence: SeenPresence,
): PairEntry {
  return {
    kind: 'pair',
    conversation: id,
    // The membership still has the name of the time when the conversation came to the top.
    peer: presence.deleted ? deletedPerson(peer.id) : peer,
    last,
    unread: unreadOf(last, self, own),
    own: receiptsOf(own),
    settings,
    peers: receiptsOfPeer(peers, presence),
    presence: visiblePresence(presence),
    isBlocked: presence.isBlocked,
  };
}

/** Undefined for a group that the user is not in, or whose summary has yet to follow their joining. */
function groupEntry(
  id: string,
  last: LastMessage,
  {
    own,
    settings,
    part,
    title = '',
    noted = [],
  }: Pick<ConversationDetails, 'own' | 'settings' | 'part' | 'title' | 'noted'>,
): GroupEntry | undefined {
  if (!part || last.seq < part.from) return undefined;
  const { self, role, from } = part;
  const unread = unreadOf(last, self, own);
  const mentions = mentionsOf(last, self, own, noted);
  const shown = { last, unread, mentions, own: receiptsOf(own), settings };
  return { kind: 'group', conversation: id, title, role, from, ...shown };
}

/** A receipt may be ahead of the summary, which follows the log by about a second. */
function unreadOf(last: LastMessage, self: number, { read }: Progress): number {
  return Math.max(0, countOfOthers(last, self) - read.others);
}

/**
 * Messages that mention the member by name were noted one by one, and those that mention all are counted as unread ones are. Whoever
 * has joined again has read what was noted of them before.
 */
function mentionsOf(last: LastMessage, self: number, { read }: Progress, noted: readonly number[]): number {
  const alls = Math.max(0, allsOfOthers(last, self) - (read.alls ?? 0));
  return alls + noted.filter((seq) => seq > read.seq).length;
}
