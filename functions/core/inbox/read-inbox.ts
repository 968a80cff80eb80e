import type { ProfileStore } from '../accounts/ports.ts';
import { peerIn } from '../conversations/conversation-id.ts';
import { ConversationNotFound } from '../errors.ts';
import { shownMarks } from '../marks/mark.ts';
import type { MessageHistory } from '../messages/ports.ts';
import type { PresenceStore } from '../presence/ports.ts';
import { type StoredPresence, shown } from '../presence/presence.ts';
import { type InboxEntry, type LastMessage, preview } from './inbox.ts';
import type { ConversationDetails, InboxReader, Peer, Place } from './ports.ts';

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
    return entry(conversation, peer, last, rest, presence[i] as StoredPresence);
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
    history: Pick<MessageHistory, 'last'>;
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
  const { seq, id, senderId, text, createdAt } = message;
  const last = { seq, id, senderId, text: preview(text), createdAt };
  return entry(conversation, { id: profile.id, username: profile.username }, last, details, presence);
}

function entry(
  conversation: string,
  peer: Peer,
  last: LastMessage,
  { own, peers }: Pick<ConversationDetails, 'own' | 'peers'>,
  presence: StoredPresence,
): InboxEntry {
  // A mark may be ahead of the note of the last message, which follows the log by about a second.
  const unread = Math.max(0, last.seq - own.read);
  const peersShown = shownMarks(peers, presence);
  return { conversation, peer, last, unread, own, peers: peersShown, presence: shown(presence) };
}
