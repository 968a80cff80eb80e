import { isGroupId, type OwnConversation, pairFor } from '../conversations/conversation.ts';
import { ownConversation, type RosterReader } from '../conversations/roster.ts';
import type { ConversationDetails, InboxEntry, InboxPosition, InboxReader } from '../inbox/inbox.ts';
import { inOrder, type KnownDetails, positionsOfGroups } from '../inbox/merge.ts';
import { entriesAt } from '../inbox/read-inbox.ts';
import { eventBytes, gather, jsonBytes } from '../messages/gather.ts';
import type { Message, MessageLog } from '../messages/message.ts';
import type { PresenceStore } from '../presence/presence.ts';
import {
  type ChangesPage,
  type MissedChanges,
  type MissedChangesDependencies,
  missedChanges,
} from './missed-changes.ts';
import { isEmpty, isFull, type Room, roomAfter, roomAfterOpening, roomBeside } from './room.ts';

/** What a client has of a conversation: all messages up to this `seq`. */
export interface Held {
  /** Id of the conversation. */
  readonly id: string;
  readonly seq: number;
  /** They are in the state of this change. Undefined for a client that does not follow changes. */
  readonly change?: number | undefined;
}

/** What a client has that follows changes. */
export type Followed = Held & { readonly change: number };

/** The conversation with this id as the user sees it; undefined for a group that they are not in. */
export type Open = (id: string) => Promise<OwnConversation | undefined>;

/** Tells which conversations have gone on. */
export interface Ahead {
  /**
   * Ids of the conversations with more messages, and of those with more changes, than are held. Neither sequence has gaps, so it looks
   * for the next number alone. Strongly consistent.
   */
  ahead(held: { readonly messages: readonly Held[]; readonly changes: readonly Followed[] }): Promise<{
    readonly messages: ReadonlySet<string>;
    readonly changes: ReadonlySet<string>;
  }>;
}

export interface SyncDependencies extends MissedChangesDependencies {
  readonly log: MissedChangesDependencies['log'] & Pick<MessageLog, 'since'>;
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly rosters: RosterReader;
  readonly now: () => Date;
}

export interface SyncRequest {
  readonly userId: string;
  readonly held: readonly Held[];
  /** The `position` of the last page. */
  readonly since?: string | undefined;
}

export interface SyncPage extends ChangesPage {
  /** Missing messages, in order within each conversation. */
  readonly messages: readonly Message[];
  /** The inbox entries of the conversations asked for, and of those that are new since. */
  readonly inbox: readonly InboxEntry[];
  /** Ids of the groups asked for that the user is not in (any more). */
  readonly gone: readonly string[];
  /** Nothing is missing behind this page. Otherwise the client asks again with what it then holds. */
  readonly complete: boolean;
  /** The client sends it back as `since`. */
  readonly position: string;
}

/** JSON of an inbox entry beside its texts and names, at most. */
const ENTRY_BYTES = 650;

/** Conversations in a page: those held, and at least a few that are new, so that every page leads further. */
const PAGE_CONVERSATIONS = 60;
const MAX_NEW_CONVERSATIONS = 25;

/** The inbox follows the log by about a second, and clocks differ. The margin makes a page repeat news rather than miss some. */
const MARGIN_MS = 30_000;

/**
 * Tells a client what it missed, page by page. The summaries, which the inbox needs anyway, tell most logs that have gone on. Only
 * where a summary knows nothing newer, the log is asked, because summaries come a second late: a small read each. Its further cost
 * is that of the messages on the page.
 */
export async function catchUp(
  dependencies: SyncDependencies,
  { userId, held, since }: SyncRequest,
): Promise<SyncPage> {
  const { log, inbox } = dependencies;
  const conversations = held.map(({ id }) => id);
  const pairs = conversations.filter((id) => !isGroupId(id));
  for (const id of pairs) pairFor(id, userId);
  const [details, news] = await Promise.all([
    inbox.details(userId, pairs),
    newSince(dependencies, userId, since, Math.min(MAX_NEW_CONVERSATIONS, PAGE_CONVERSATIONS - held.length)),
  ]);
  const known = new Map([
    ...news.groups,
    ...pairs.map((id, i) => [id, details[i] as ConversationDetails] as const),
  ]);
  const open = opening(dependencies, userId);
  const gone = await goneOf(open, conversations, known);
  const here = held.filter(({ id }) => !gone.has(id));
  const asked = conversations.flatMap((conversation) => {
    const topAt = known.get(conversation)?.topAt;
    return topAt === undefined ? [] : { conversation, topAt };
  });
  const fresh = news.positions.filter(({ conversation }) => !conversations.includes(conversation));
  const isBehind = ({ id, seq }: Held) => (known.get(id)?.last?.seq ?? 0) > seq;
  const [entries, ahead] = await Promise.all([
    entriesAt(dependencies, userId, [...asked, ...fresh], known),
    log.ahead({ messages: here.filter((one) => !isBehind(one)), changes: here.filter(isFollowed) }),
  ]);
  const taken = entries.reduce((bytes, entry) => bytes + bytesOf(entry), 0);
  const room = roomBeside(taken, news.groups.size);
  // Changes first: a message that is read after them has at least their state.
  const missed = await missedChanges(dependencies, open, here.filter(isFollowed), ahead.changes, room);
  const behind = here.filter((one) => isBehind(one) || ahead.messages.has(one.id));
  const { messages, complete, left } = await missing(log, open, behind, missed.room);
  for (const id of left) gone.add(id);
  const { changed, resets } = missed;
  return {
    messages,
    changed,
    changes: withinReach(missed, here, messages),
    resets,
    gone: [...gone],
    inbox: entries.filter(({ conversation }) => !gone.has(conversation)),
    complete: complete && missed.complete && !news.isCut,
    position: news.position,
  };
}

function bytesOf(entry: InboxEntry): number {
  const name = entry.kind === 'pair' ? entry.peer.username : entry.title;
  return ENTRY_BYTES + jsonBytes(name, entry.last.text) + eventBytes(entry.last);
}

/** Asks for the members of each conversation once. */
function opening(dependencies: { readonly rosters: RosterReader }, userId: string): Open {
  const asked = new Map<string, ReturnType<Open>>();
  return (id) => {
    const known = asked.get(id) ?? ownConversation(dependencies, id, userId);
    asked.set(id, known);
    return known;
  };
}

/** The memberships are read eventually consistent. Where one is missing, the roster tells for certain. */
async function goneOf(
  open: Open,
  conversations: readonly string[],
  known: KnownDetails,
): Promise<Set<string>> {
  const missing = conversations.filter((id) => isGroupId(id) && !known.get(id)?.part);
  const gone = await Promise.all(missing.map(async (id) => ((await open(id)) ? [] : [id])));
  return new Set(gone.flat());
}

function isFollowed(held: Held): held is Followed {
  return held.change !== undefined;
}

/**
 * The changes up to which a client has what it holds after this page. A change of a message that it does not hold yet is not
 * among them: that message may still reach it by another way, in an earlier state.
 */
function withinReach(
  { changes, found }: MissedChanges,
  held: readonly Held[],
  messages: readonly Message[],
): ReadonlyMap<string, number> {
  const reach = new Map(held.map(({ id, seq }) => [id, seq]));
  for (const { conversation, seq } of messages) reach.set(conversation, seq);
  const known = [...changes].map(([id, change]) => {
    const beyond = found.get(id)?.find(({ seq }) => seq > (reach.get(id) ?? 0));
    return [id, beyond ? Math.min(change, beyond.change - 1) : change] as const;
  });
  return new Map(known);
}

interface News {
  readonly positions: readonly InboxPosition[];
  /** All groups of the user. */
  readonly groups: KnownDetails;
  readonly isCut: boolean;
  readonly position: string;
}

/**
 * The pairs that came to the top since, and the groups with entries since, oldest first. However many there are, each page makes
 * progress.
 */
async function newSince(
  { inbox, now }: Pick<SyncDependencies, 'inbox' | 'now'>,
  userId: string,
  since: string | undefined,
  limit: number,
): Promise<News> {
  const [pairs, groups] = await Promise.all([
    since === undefined ? [] : inbox.positionsSince(userId, since, limit + 1),
    inbox.groups(userId),
  ]);
  const position = earliest([now().toISOString(), ...joiningsToCome(groups)]);
  if (since === undefined) return { positions: [], groups, isCut: false, position };
  const ofGroups = positionsOfGroups(groups).filter(({ topAt }) => topAt >= since);
  const found = [...pairs, ...ofGroups].toSorted((one, other) => inOrder(one.topAt, other.topAt));
  const positions = found.slice(0, limit);
  const isCut = found.length > limit;
  return { positions, groups, isCut, position: (isCut && positions.at(-1)?.topAt) || position };
}

/** Groups stand where their summaries say. While one has yet to tell that the user has come, no position goes past that. */
function joiningsToCome(groups: KnownDetails): readonly string[] {
  return [...groups.values()].flatMap(({ joined, last }) =>
    joined && joined.seq > (last?.seq ?? 0) ? joined.at : [],
  );
}

function earliest(times: readonly string[]): string {
  return new Date(Math.min(...times.map((time) => Date.parse(time))) - MARGIN_MS).toISOString();
}

interface Missing {
  readonly messages: readonly Message[];
  readonly complete: boolean;
  /** Ids of the groups that have gone on without the user, whose membership is still to be read. */
  readonly left: readonly string[];
}

async function missing(
  log: Pick<MessageLog, 'since'>,
  open: Open,
  behind: readonly Held[],
  ofPage: Room,
): Promise<Missing> {
  const messages: Message[] = [];
  const left: string[] = [];
  let room = ofPage;
  for (const { id, seq } of behind) {
    if (isFull(room)) return { messages, complete: false, left };
    const conversation = await open(id);
    if (!conversation) {
      left.push(id);
      continue;
    }
    room = roomAfterOpening(room, conversation);
    const limit = room.messages;
    const found = await gather(
      (count, last) =>
        log.since(conversation, last ? last.seq + 1 : Math.max(seq + 1, conversation.from), count),
      // One more tells whether the log goes on.
      { ...room, messages: limit + 1, least: isEmpty(room) ? 1 : 0 },
    );
    const shown = found.messages.slice(0, limit);
    messages.push(...shown);
    if (found.isFull || found.messages.length > limit) return { messages, complete: false, left };
    room = roomAfter(room, found, shown.length);
  }
  return { messages, complete: true, left };
}
