import type { OwnConversation } from '../conversations/conversation.ts';
import type { ConversationDetails, InboxEntry, InboxPosition, InboxReader } from '../inbox/inbox.ts';
import { entriesAt, located } from '../inbox/read-inbox.ts';
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

/** A page must fit into a reply of 128 KB, with the JSON around it. */
const PAGE_BYTES = 120_000;
/** JSON of a message or an inbox entry beside its texts and names, at most. */
const MESSAGE_BYTES = 400;
const ENTRY_BYTES = 500;
const PAGE_MESSAGES = 100;
const NEW_CONVERSATIONS = 25;

/** The inbox follows the log by about a second, and clocks differ. The margin makes a page repeat news rather than miss some. */
const MARGIN_MS = 30_000;

/**
 * Tells a client what it missed, page by page. For each conversation held it makes one small read whether messages are missing,
 * and reads what the inbox shows. Its further cost is that of the missing messages.
 */
export async function catchUp(
  dependencies: SyncDependencies,
  { userId, held, since }: SyncRequest,
): Promise<SyncPage> {
  const { log, inbox } = dependencies;
  const conversations = held.map(({ conversation }) => conversation);
  const [ahead, details, news] = await Promise.all([
    log.ahead(held),
    inbox.details(conversations),
    newSince(dependencies, userId, since),
  ]);
  const known = new Map(conversations.map(({ id }, i) => [id, details[i] as ConversationDetails]));
  const asked = conversations.flatMap((conversation) => {
    const topAt = known.get(conversation.id)?.topAt;
    return topAt === undefined ? [] : { conversation, topAt };
  });
  const fresh = news.positions
    .filter(({ conversation }) => !known.has(conversation))
    .map((position) => located(position, userId));
  const entries = await entriesAt(dependencies, [...asked, ...fresh], known);
  const left =
    PAGE_BYTES - entries.reduce((bytes, { peer, last }) => bytes + sizeOf(peer.username, last.text), 0);
  const behind = held.filter(({ conversation }) => ahead.has(conversation.id));
  const { messages, complete } = await missing(log, behind, left - entries.length * ENTRY_BYTES);
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
): Promise<News> {
  const position = new Date(now().getTime() - MARGIN_MS).toISOString();
  if (since === undefined) return { positions: [], isCut: false, position };
  const found = await inbox.positionsSince(userId, since, NEW_CONVERSATIONS + 1);
  const positions = found.slice(0, NEW_CONVERSATIONS);
  const isCut = found.length > NEW_CONVERSATIONS;
  return { positions, isCut, position: (isCut && positions.at(-1)?.topAt) || position };
}

async function missing(
  log: Pick<MessageLog, 'since'>,
  behind: readonly Held[],
  bytes: number,
): Promise<{ messages: readonly Message[]; complete: boolean }> {
  const messages: Message[] = [];
  let left = bytes;
  for (const { conversation, seq } of behind) {
    if (messages.length >= PAGE_MESSAGES) return { messages, complete: false };
    const tail = await log.since(conversation, seq + 1, PAGE_MESSAGES - messages.length);
    for (const message of tail.messages) {
      left -= MESSAGE_BYTES + sizeOf(message.text);
      if (messages.length > 0 && left < 0) return { messages, complete: false };
      messages.push(message);
    }
    if (tail.isCut) return { messages, complete: false };
  }
  return { messages, complete: true };
}

/** Bytes as JSON in UTF-8. A control character takes six. */
function sizeOf(...texts: string[]): number {
  return new TextEncoder().encode(JSON.stringify(texts)).length;
}
