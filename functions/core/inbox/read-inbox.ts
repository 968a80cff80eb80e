import { deletedPerson, type PersonStore } from '../accounts/account.ts';
import { type OwnConversation, peerIn, resolve, selfOf } from '../conversations/conversation.ts';
import { ConversationNotFound } from '../errors.ts';
import type { LogEntry, MessageHistory, MessageLog } from '../messages/message.ts';
import {
  type PresenceStore,
  presencesFor,
  type SeenPresence,
  visiblePresence,
} from '../presence/presence.ts';
import {
  countOfOthers,
  further,
  type Progress,
  type Receipts,
  receiptOfSender,
  receiptsOf,
  visibleReceipts,
} from '../receipts/receipt.ts';
import {
  type ConversationDetails,
  type InboxEntry,
  type InboxPosition,
  type InboxReader,
  type LastMessage,
  type Peer,
  type PeerProgress,
  toLast,
} from './inbox.ts';

export interface InboxDependencies {
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
}

export interface EntriesPage {
  /** Most recent first. */
  readonly entries: readonly InboxEntry[];
  /** Where the next page begins, if there is one. */
  readonly next: InboxPosition | undefined;
}

/** A page of a user's conversations by recency. Its cost is that of the page, whatever the inbox holds. */
export async function readInbox(
  dependencies: InboxDependencies,
  { userId, limit, before }: { userId: string; limit: number; before?: InboxPosition | undefined },
): Promise<EntriesPage> {
  const found = await dependencies.inbox.positions(userId, { limit: limit + 1, before });
  const page = found.slice(0, limit);
  return {
    entries: await entriesAt(
      dependencies,
      page.map((position) => located(position, userId)),
    ),
    next: found.length > limit ? page.at(-1) : undefined,
  };
}

/** An inbox position whose conversation is resolved. */
export interface Located {
  readonly conversation: OwnConversation;
  readonly topAt: string;
}

export function located({ conversation, topAt }: InboxPosition, userId: string): Located {
  return { conversation: resolve(conversation, userId), topAt };
}

/** The entries at some positions, without positions that a move has left. Details that are `known` are not read again. */
export async function entriesAt(
  { inbox, presences }: InboxDependencies,
  positions: readonly Located[],
  known: ReadonlyMap<string, ConversationDetails> = new Map(),
): Promise<InboxEntry[]> {
  const conversations = positions.map(({ conversation }) => conversation);
  const unknown = conversations.filter(({ id }) => !known.has(id));
  const [read, presence] = await Promise.all([
    inbox.details(unknown),
    presencesOfPeers(presences, conversations),
  ]);
  const all = new Map([
    ...known,
    ...unknown.map(({ id }, i) => [id, read[i] as ConversationDetails] as const),
  ]);
  return positions.flatMap(({ conversation, topAt }, i) => {
    const { peer, last, ...rest } = all.get(conversation.id) as ConversationDetails;
    if (rest.topAt !== topAt || !peer || !last) return [];
    return entry(conversation, peer, last, rest, presence[i] as SeenPresence);
  });
}

/** All conversations are the same user's. */
async function presencesOfPeers(
  presences: InboxDependencies['presences'],
  conversations: readonly OwnConversation[],
): Promise<readonly SeenPresence[]> {
  const [first] = conversations;
  return first ? presencesFor(presences, selfOf(first), conversations.map(peerIn)) : [];
}

/**
 * One conversation. The last message is read from the log, so the entry exists as soon as the first message does.
 * @throws ConversationNotFound if the conversation has no message
 */
export async function readConversation(
  {
    inbox,
    presences,
    log,
    profiles,
  }: InboxDependencies & {
    log: Pick<MessageHistory, 'last'> & Pick<MessageLog, 'at'>;
    profiles: PersonStore;
  },
  conversation: OwnConversation,
): Promise<InboxEntry> {
  const peerId = peerIn(conversation);
  const [message, peer, [details], [presence]] = await Promise.all([
    log.last(conversation),
    profiles.personOf(peerId),
    inbox.details([conversation]),
    presencesOfPeers(presences, [conversation]),
  ]);
  if (!message || !peer || !details || !presence) throw new ConversationNotFound(conversation.id);
  const progress = await withSent(log, conversation, details, message);
  return entry(conversation, peer, toLast(message), progress, presence);
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
  const sender = { ...conversation, self: conversation.members.indexOf(message.senderId) };
  const read = further(before.read, await receiptOfSender(log, sender, message, [message]));
  if (isOwn) return { own: { ...own, read }, peers };
  return { own, peers: { ...peers, read, frozen: Math.max(peers.frozen, message.read) } };
}

function entry(
  { id, self }: OwnConversation,
  peer: Peer,
  last: LastMessage,
  { own, peers }: BothProgress,
  presence: SeenPresence,
): InboxEntry {
  // A receipt may be ahead of the summary, which follows the log by about a second.
  const unread = Math.max(0, countOfOthers(last, self) - own.read.others);
  return {
    conversation: id,
    // The membership still has the name of the time when the conversation came to the top.
    peer: presence.deleted ? deletedPerson(peer.id) : peer,
    last,
    unread,
    own: receiptsOf(own),
    peers: receiptsOfPeer(peers, presence),
    presence: visiblePresence(presence),
    isBlocked: presence.isBlocked,
  };
}
