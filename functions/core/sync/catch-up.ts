import { peerIn } from '../conversations/conversation-id.ts';
import type { InboxEntry } from '../inbox/inbox.ts';
import type { InboxReader } from '../inbox/ports.ts';
import { entriesAt } from '../inbox/read-inbox.ts';
import type { Message } from '../messages/message.ts';
import type { MessageLog } from '../messages/ports.ts';
import type { PresenceStore } from '../presence/ports.ts';
import type { Ahead, Held } from './ports.ts';

interface Dependencies {
  readonly log: Pick<MessageLog, 'since'> & Ahead;
  readonly inbox: InboxReader;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly now: () => Date;
}

export interface SyncRequest {
  readonly userId: string;
  readonly held: readonly Held[];
  /** The position of the last `sync.done`. */
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

/** A page, with what frames its messages and with its inbox entries, must fit into the 128 KB of a reply. */
const PAGE_BYTES = 40_000;
const PAGE_MESSAGES = 100;
const NEW_CONVERSATIONS = 25;

/** The inbox follows the log by about a second, and clocks differ: what was told before is told again rather than missed. */
const MARGIN_MS = 30_000;

/**
 * Tells a client what it missed, page by page. Whether anything is missing costs one small read per conversation held;
 * the rest follows what was missed.
 * @throws ConversationNotFound
 */
export async function catchUp(
  dependencies: Dependencies,
  { userId, held, since }: SyncRequest,
): Promise<SyncPage> {
  const { log, inbox, now } = dependencies;
  const position = new Date(now().getTime() - MARGIN_MS).toISOString();
  for (const { conversation } of held) peerIn(conversation, userId);
  const [ahead, details, places] = await Promise.all([
    log.ahead(held),
    inbox.details(
      userId,
      held.map(({ conversation }) => conversation),
    ),
    since === undefined ? [] : inbox.places(userId, { limit: NEW_CONVERSATIONS, since }),
  ]);
  const asked = held.flatMap(({ conversation }, i) => {
    const topAt = details[i]?.topAt;
    return topAt === undefined ? [] : { conversation, topAt };
  });
  const isHeld = new Set(held.map(({ conversation }) => conversation));
  const fresh = places.filter(({ conversation }) => !isHeld.has(conversation));
  const [{ messages, complete }, entries] = await Promise.all([
    missing(
      log,
      held.filter(({ conversation }) => ahead.has(conversation)),
    ),
    entriesAt(dependencies, userId, [...asked, ...fresh]),
  ]);
  return { messages, inbox: entries, complete, position };
}

async function missing(
  log: Pick<MessageLog, 'since'>,
  behind: readonly Held[],
): Promise<{ messages: readonly Message[]; complete: boolean }> {
  const messages: Message[] = [];
  let bytes = 0;
  for (const { conversation, seq } of behind) {
    const tail = await log.since(conversation, seq + 1, PAGE_MESSAGES - messages.length);
    for (const message of tail.messages) {
      bytes += sizeOf(message.text);
      if (messages.length > 0 && bytes > PAGE_BYTES) return { messages, complete: false };
      messages.push(message);
    }
    if (tail.isCut || messages.length >= PAGE_MESSAGES) return { messages, complete: false };
  }
  return { messages, complete: true };
}

/** As JSON in UTF-8: a control character takes six bytes. */
function sizeOf(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}
