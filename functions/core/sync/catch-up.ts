import { peerIn } from '../conversations/conversation.ts';
import type { ConversationDetails, InboxEntry, InboxReader } from '../inbox/inbox.ts';
import { entriesAt } from '../inbox/read-inbox.ts';
import type { Message, MessageLog } from '../messages/message.ts';
import type { PresenceStore } from '../presence/presence.ts';

interface Dependencies {
  readonly log: Pick<MessageLog, 'since'> & Ahead;
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly now: () => Date;
}

export interface SyncRequest {
  readonly userId: string;
  readonly held: readonly Held[];
  /** The position of the last page. */
  readonly since?: string | undefined;
}

export interface SyncPage {
  /** What is missing, in order within each conversation. */
  readonly messages: readonly Message[];
  /** The conversations asked for and those that are new since, as they stand in the inbox. */
  readonly inbox: readonly InboxEntry[];
  /** Nothing is missing behind these. Otherwise the client asks again with what it then holds. */
  readonly complete: boolean;
  /** To be given back as `since`. */
  readonly position: string;
}

/** A page must fit into the 128 KB of a reply, with what frames it. */
const PAGE_BYTES = 120_000;
/** What a message and an inbox entry take as JSON beside their texts and names, at most. */
const MESSAGE_BYTES = 400;
const ENTRY_BYTES = 500;
const PAGE_MESSAGES = 100;
const NEW_CONVERSATIONS = 25;

/** The inbox follows the log by about a second, and clocks differ: what was told before is told again rather than missed. */
const MARGIN_MS = 30_000;

/**
 * Tells a client what it missed, page by page. Of each conversation held it takes one small read whether anything is
 * missing, and what the inbox shows of it; the rest follows what was missed.
 * @throws ConversationNotFound
 */
export async function catchUp(
  dependencies: Dependencies,
  { userId, held, since }: SyncRequest,
): Promise<SyncPage> {
  const { log, inbox } = dependencies;
  for (const { conversation } of held) peerIn(conversation, userId);
  const conversations = held.map(({ conversation }) => conversation);
  const [ahead, details, news] = await Promise.all([
    log.ahead(held),
    inbox.details(userId, conversations),
    newSince(dependencies, userId, since),
  ]);
  const known = new Map(
    conversations.map((conversation, i) => [conversation, details[i] as ConversationDetails]),
  );
  const asked = [...known].flatMap(([conversation, { topAt }]) =>
    topAt === undefined ? [] : { conversation, topAt },
  );
  const fresh = news.places.filter(({ conversation }) => !known.has(conversation));
  const entries = await entriesAt(dependencies, userId, [...asked, ...fresh], known);
  const left =
    PAGE_BYTES - entries.reduce((bytes, { peer, last }) => bytes + sizeOf(peer.username, last.text), 0);
  const behind = held.filter(({ conversation }) => ahead.has(conversation));
  const { messages, complete } = await missing(log, behind, left - entries.length * ENTRY_BYTES);
  return { messages, inbox: entries, complete: complete && !news.isCut, position: news.position };
}

/** The conversations that came to the top since, oldest first: however many they are, each page gets on. */
async function newSince(
  { inbox, now }: Pick<Dependencies, 'inbox' | 'now'>,
  userId: string,
  since: string | undefined,
) {
  const position = new Date(now().getTime() - MARGIN_MS).toISOString();
  if (since === undefined) return { places: [], isCut: false, position };
  const found = await inbox.placesSince(userId, since, NEW_CONVERSATIONS + 1);
  const places = found.slice(0, NEW_CONVERSATIONS);
  const isCut = found.length > NEW_CONVERSATIONS;
  return { places, isCut, position: (isCut && places.at(-1)?.topAt) || position };
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

/** As JSON in UTF-8: a control character takes six bytes. */
function sizeOf(...texts: string[]): number {
  return new TextEncoder().encode(JSON.stringify(texts)).length;
}

/** What a client holds of a conversation: all messages up to this `seq`. */
export interface Held {
  readonly conversation: string;
  readonly seq: number;
}

export interface Ahead {
  /** Of these, those whose log goes on: the log has no gaps, so that the next `seq` exists or nothing is missing. Strongly consistent. */
  ahead(held: readonly Held[]): Promise<ReadonlySet<string>>;
}
