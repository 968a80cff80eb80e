import type { OwnConversation } from '../conversations/conversation.ts';
import type { ConversationDetails, InboxEntry, InboxPosition, InboxReader } from '../inbox/inbox.ts';
import { entriesAt, located } from '../inbox/read-inbox.ts';
import { gather, jsonBytes } from '../messages/gather.ts';
import type { Message, MessageLog } from '../messages/message.ts';
import type { PresenceStore } from '../presence/presence.ts';

/** What a client has of a conversation: all messages up to this `seq`. */
export interface Held {
  readonly conversation: OwnConversation;
  readonly seq: number;
}

/** Tells which logs have gone on. */
export interface Ahead {
  /**
   * Ids of the conversations with more messages than are held. The log has no gaps, so it looks for the next `seq` alone. Strongly
   * consistent.
   */
  ahead(held: readonly Held[]): Promise<ReadonlySet<string>>;
}

export interface SyncDependencies {
  readonly log: Pick<MessageLog, 'since'> & Ahead;
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly now: () => Date;
}

export interface SyncRequest {
  readonly userId: string;
  readonly held: readonly Held[];
  /** The `position` of the last page. */
  readonly since?: string | undefined;
}

export interface SyncPage {
  /** Missing messages, in order within each conversation. */
  readonly messages: readonly Message[];
  /** The inbox entries of the conversations asked for, and of those that are new since. */
  readonly inbox: readonly InboxEntry[];
  /** Nothing is missing behind this page. Otherwise the client asks again with what it then holds. */
  readonly complete: boolean;
  /** The client sends it back as `since`. */
  readonly position: string;
}

/** A page of messages and inbox entries. With the JSON around it, it fits into three units of 32 KB, which API Gateway bills. */
const PAGE_BYTES = 94_000;
/** JSON of an inbox entry beside its texts and names, at most. */
const ENTRY_BYTES = 500;
const PAGE_MESSAGES = 100;
/** A page reads so many bytes of the logs, and no more than one further message of each that it shows. */
const READ_BYTES = 200_000;
const MESSAGE_BYTES = 400;

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
  const conversations = held.map(({ conversation }) => conversation);
  const [details, news] = await Promise.all([
    inbox.details(conversations),
    newSince(dependencies, userId, since, Math.min(MAX_NEW_CONVERSATIONS, PAGE_CONVERSATIONS - held.length)),
  ]);
  const known = new Map(conversations.map(({ id }, i) => [id, details[i] as ConversationDetails]));
  const asked = conversations.flatMap((conversation) => {
    const topAt = known.get(conversation.id)?.topAt;
    return topAt === undefined ? [] : { conversation, topAt };
  });
  const fresh = news.positions
    .filter(({ conversation }) => !known.has(conversation))
    .map((position) => located(position, userId));
  const isBehind = ({ conversation, seq }: Held) => (known.get(conversation.id)?.last?.seq ?? 0) > seq;
  const [entries, ahead] = await Promise.all([
    entriesAt(dependencies, [...asked, ...fresh], known),
    log.ahead(held.filter((one) => !isBehind(one))),
  ]);
  const left =
    PAGE_BYTES -
    entries.reduce((bytes, { peer, last }) => bytes + ENTRY_BYTES + jsonBytes(peer.username, last.text), 0);
  const behind = held.filter((one) => isBehind(one) || ahead.has(one.conversation.id));
  const { messages, complete } = await missing(log, behind, left);
  return { messages, inbox: entries, complete: complete && !news.isCut, position: news.position };
}

interface News {
  readonly positions: readonly InboxPosition[];
  readonly isCut: boolean;
  readonly position: string;
}

/** The conversations that came to the top since, oldest first. However many there are, each page makes progress. */
async function newSince(
  { inbox, now }: Pick<SyncDependencies, 'inbox' | 'now'>,
  userId: string,
  since: string | undefined,
  limit: number,
): Promise<News> {
  const position = new Date(now().getTime() - MARGIN_MS).toISOString();
  if (since === undefined) return { positions: [], isCut: false, position };
  const found = await inbox.positionsSince(userId, since, limit + 1);
  const positions = found.slice(0, limit);
  const isCut = found.length > limit;
  return { positions, isCut, position: (isCut && positions.at(-1)?.topAt) || position };
}

async function missing(
  log: Pick<MessageLog, 'since'>,
  behind: readonly Held[],
  pageBytes: number,
): Promise<{ messages: readonly Message[]; complete: boolean }> {
  const messages: Message[] = [];
  let bytes = pageBytes;
  let readBytes = READ_BYTES;
  for (const { conversation, seq } of behind) {
    const room = PAGE_MESSAGES - messages.length;
    // The page is as large as it may be, except for the first message.
    if (room === 0 || (messages.length > 0 && bytes < MESSAGE_BYTES)) return { messages, complete: false };
    const found = await gather(
      (limit, last) => log.since(conversation, (last?.seq ?? seq) + 1, limit),
      // One more tells whether the log goes on.
      { messages: room + 1, bytes, beside: MESSAGE_BYTES, readBytes },
      messages.length === 0,
    );
    messages.push(...found.messages.slice(0, room));
    if (found.isFull || found.messages.length > room) return { messages, complete: false };
    bytes = found.bytes;
    readBytes = found.readBytes;
  }
  return { messages, complete: true };
}
