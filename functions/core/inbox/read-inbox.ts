import type { ProfileStore } from '../accounts/account.ts';
import { peerIn } from '../conversations/conversation.ts';
import { ConversationNotFound } from '../errors.ts';
import type { LogEntry, MessageHistory, MessageLog } from '../messages/message.ts';
import type { PresenceStore } from '../presence/presence.ts';
import { type StoredPresence, shown } from '../presence/presence.ts';
import {
  further,
  marksOf,
  type Progress,
  positionOfSender,
  saidByOthers,
  shownMarks,
} from '../receipts/receipt.ts';
import type { ConversationDetails, InboxReader, Peer, Place } from './inbox.ts';
import { type InboxEntry, type LastMessage, preview } from './inbox.ts';

interface Dependencies {
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
}

export interface InboxPage {
  /** Most recent first. */
  readonly entries: readonly InboxEntry[];
  /** Where the next page begins, if there is one. */
  readonly next: Place | undefined;
}

/** A page of a user's conversations by recency. Its cost is the page's, whatever the inbox holds. */
export async function readInbox(
  dependencies: Dependencies,
  { userId, limit, before }: { userId: string; limit: number; before?: Place | undefined },
): Promise<InboxPage> {
  const found = await dependencies.inbox.places(userId, { limit: limit + 1, before });
  const page = found.slice(0, limit);
  return {
    entries: await entriesAt(dependencies, userId, page),
    next: found.length > limit ? page.at(-1) : undefined,
  };
}

/** The entries of some places, without those that a move has left behind. What is `known` of them is not read again. */
export async function entriesAt(
  { inbox, presences }: Dependencies,
  userId: string,
  places: readonly Place[],
  known: ReadonlyMap<string, ConversationDetails> = new Map(),
): Promise<InboxEntry[]> {
  const conversations = places.map(({ conversation }) => conversation);
  const unknown = conversations.filter((conversation) => !known.has(conversation));
  const [read, presence] = await Promise.all([
    inbox.details(userId, unknown),
    presences.of(conversations.map((conversation) => peerIn(conversation, userId))),
  ]);
  const detailsOf = (conversation: string) =>
    (known.get(conversation) ?? read[unknown.indexOf(conversation)]) as ConversationDetails;
  return places.flatMap(({ conversation, topAt }, i) => {
    const { peer, last, ...rest } = detailsOf(conversation);
    if (rest.topAt !== topAt || !peer || !last) return [];
    return entry(userId, conversation, peer, last, rest, presence[i] as StoredPresence);
  });
}

/**
 * One conversation, read from its log: so that it is there as soon as its first message is.
 * @throws ConversationNotFound
 */
export async function readConversation(
  {
    inbox,
    presences,
    history,
    profiles,
  }: Dependencies & {
    history: Pick<MessageHistory, 'last'> & Pick<MessageLog, 'at'>;
    profiles: ProfileStore;
  },
  { userId, conversation }: { userId: string; conversation: string },
): Promise<InboxEntry> {
  const peerId = peerIn(conversation, userId);
  const [message, profile, [details], [presence]] = await Promise.all([
    history.last(conversation),
    profiles.profileOf(peerId),
    inbox.details(userId, [conversation]),
    presences.of([peerId]),
  ]);
  if (!message || !profile || !details || !presence) throw new ConversationNotFound(conversation);
  const { seq, id, senderId, text, createdAt, said } = message;
  const last = { seq, id, senderId, text: preview(text), createdAt, said };
  const peer = { id: profile.id, username: profile.username };
  return entry(userId, conversation, peer, last, await withSent(history, details, message, userId), presence);
}

/** What the last message tells of its sender's position: the note of it follows a second later. */
async function withSent(
  log: Pick<MessageLog, 'at'>,
  { own, peers }: Pick<ConversationDetails, 'own' | 'peers'>,
  message: LogEntry,
  userId: string,
): Promise<{ own: Progress; peers: Progress }> {
  const isOwn = message.senderId === userId;
  const noted = isOwn ? own : peers;
  if (message.read <= noted.read.seq) return { own, peers };
  const read = further(noted.read, await positionOfSender(log, message, [message]));
  return isOwn ? { own: { ...own, read }, peers } : { own, peers: { ...peers, read } };
}

function entry(
  userId: string,
  conversation: string,
  peer: Peer,
  last: LastMessage,
  { own, peers }: Pick<ConversationDetails, 'own' | 'peers'>,
  presence: StoredPresence,
): InboxEntry {
  // A position may be ahead of the note of the last message, which follows the log by about a second.
  const unread = Math.max(0, saidByOthers(last, userId) - own.read.others);
  return {
    conversation,
    peer,
    last,
    unread,
    own: marksOf(own),
    peers: shownMarks(marksOf(peers), presence),
    presence: shown(presence),
  };
}
