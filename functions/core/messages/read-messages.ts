import type { Person, PersonStore } from '../accounts/account.ts';
import { type OwnConversation, pairWith } from '../conversations/conversation.ts';
import { ConversationNotFound, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { ChangeLog } from './change.ts';
import { gather, type PageBounds } from './gather.ts';
import type { LogEntry, Message, MessageHistory } from './message.ts';

/** A part of the log: the messages before, after or around a `seq`. Without any of them: the newest messages. */
export interface Window {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
  readonly limit: number;
}

/** `offset`: how many of the newest messages to skip. With `before` or `after` it has no effect. */
export type HistoryWindow = Pick<Window, 'limit' | 'before' | 'after'> & { readonly offset: number };

/** Where to read on: messages before one `seq`, and after another. Undefined where the log ends. */
export interface Sides {
  readonly older: number | undefined;
  readonly newer: number | undefined;
}

export interface MessagesPage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The newest `seq` of the conversation. */
  readonly last: number;
  /** The messages have the state of this change at least. Undefined for a page before or after a `seq`. */
  readonly change: number | undefined;
  readonly sides: Sides;
}

export interface HistoryPage {
  /** How many messages the conversation has. */
  readonly count: number;
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly peer: Person;
  readonly sides: Sides;
}

/**
 * A page ends at 256 KB of messages, as JSON in UTF-8. It reads at most 420 KB in slices of 22 messages, so an ordinary page is one
 * Query, and a page of texts of 16 KB is 15 messages and not 1.6 MB. Ten are on it in any case.
 */
const PAGE: Required<Omit<PageBounds, 'messages'>> = {
  bytes: 256 * 1024,
  // The history also has both members' names, of up to 150 characters.
  beside: 700,
  readBytes: 420_000,
  least: 10,
};

/**
 * A part of a conversation's log, in either direction.
 * @throws ConversationNotFound if the conversation has no message
 */
export async function readMessages(
  history: MessageHistory & Pick<ChangeLog, 'lastChange'>,
  { conversation, window }: { conversation: OwnConversation; window: Window },
): Promise<MessagesPage> {
  // Whoever reads on from a page has its change already.
  const isFirst = window.before === undefined && window.after === undefined;
  // Before the messages: what changes in between is on the page, and is told once more.
  const change = isFirst ? await history.lastChange(conversation) : undefined;
  const page = await readWindow(history, conversation, window);
  if (page.last === 0) throw new ConversationNotFound(conversation.id);
  return { ...page, change, messages: page.messages.toReversed() };
}

/**
 * A page of the conversation of a user with `peerId`, newest first. The newest `seq` is the number of messages, and `offset` is
 * arithmetic: a page costs the same wherever it is.
 * @throws UserNotFound
 */
export async function readHistory(
  { profiles, history }: { profiles: PersonStore; history: MessageHistory },
  { userId, peerId, window }: { userId: string; peerId: string; window: HistoryWindow },
): Promise<HistoryPage> {
  if (!isId(peerId)) throw new UserNotFound(peerId);
  const conversation = pairWith(userId, peerId);
  const [peer, { messages, last, sides }] = await Promise.all([
    profiles.personOf(peerId),
    readAt(history, conversation, window),
  ]);
  if (!peer) throw new UserNotFound(peerId);
  return { count: last, messages, sides, peer };
}

async function readAt(
  history: MessageHistory,
  conversation: OwnConversation,
  { offset, ...window }: HistoryWindow,
): Promise<LogPage> {
  const isAnchored = window.before !== undefined || window.after !== undefined;
  if (isAnchored || offset === 0) return readWindow(history, conversation, window);
  const last = (await history.last(conversation))?.seq ?? 0;
  return pageOf(conversation, await readBack(history, conversation, last - offset, window.limit), 0, last);
}

interface LogPage {
  /** Newest first. */
  readonly messages: readonly LogEntry[];
  /** The newest `seq`; 0 without messages. */
  readonly last: number;
  readonly sides: Sides;
}

/** The newest messages are one read. Elsewhere, the newest `seq` is read beside the page. */
async function readWindow(
  history: MessageHistory,
  conversation: OwnConversation,
  { before, after, around, limit }: Window,
): Promise<LogPage> {
  if (around !== undefined) return readAround(history, conversation, around, limit);
  if (before === undefined && after === undefined) {
    const messages = await readBack(history, conversation, undefined, limit);
    return pageOf(conversation, messages, 0, messages[0]?.seq ?? 0);
  }
  const [newest, messages] = await Promise.all([
    history.last(conversation),
    after === undefined
      ? readBack(history, conversation, (before as number) - 1, limit)
      : readOn(history, conversation, after + 1, limit),
  ]);
  // A message that was stored between the two reads may be on the page.
  const last = Math.max(newest?.seq ?? 0, messages[0]?.seq ?? 0);
  return pageOf(conversation, messages, after === undefined ? 0 : last, last);
}

/** As many on either side as fit. At an end of the log, the other side gets the rest. Each side has its share of the bytes. */
async function readAround(
  history: MessageHistory,
  conversation: OwnConversation,
  around: number,
  limit: number,
): Promise<LogPage> {
  const last = (await history.last(conversation))?.seq ?? 0;
  const lowest = Math.max(conversation.from, Math.min(around - Math.floor(limit / 2), last - limit + 1));
  const highest = Math.min(last, lowest + limit - 1);
  const middle = Math.min(Math.max(around, lowest), highest);
  const part = (count: number) => {
    const share = count / (highest - lowest + 1);
    return {
      ...PAGE,
      bytes: PAGE.bytes * share,
      readBytes: PAGE.readBytes * share,
      least: Math.ceil(PAGE.least * share),
    };
  };
  const [back, on] = [middle - lowest + 1, highest - middle];
  const [older, newer] = await Promise.all([
    readBack(history, conversation, middle, back, part(back)),
    readOn(history, conversation, middle + 1, on, part(on)),
  ]);
  return pageOf(conversation, [...newer, ...older], 0, last);
}

/** Newest first, from `seq` `to` back. */
async function readBack(
  history: Pick<MessageHistory, 'upTo'>,
  conversation: OwnConversation,
  to: number | undefined,
  limit: number,
  bounds = PAGE,
): Promise<readonly LogEntry[]> {
  const next = (previous: LogEntry | undefined) => (previous ? previous.seq - 1 : to);
  const { messages } = await gather(
    async (count, previous) => {
      const from = next(previous);
      return from !== undefined && from < conversation.from ? [] : history.upTo(conversation, from, count);
    },
    { ...bounds, messages: limit },
  );
  return messages;
}

/** Newest first, from `seq` `from` on. The page is cut at its newer end. */
async function readOn(
  history: Pick<MessageHistory, 'since'>,
  conversation: OwnConversation,
  from: number,
  limit: number,
  bounds = PAGE,
): Promise<readonly LogEntry[]> {
  const { messages } = await gather(
    (count, previous) =>
      history.since(conversation, previous ? previous.seq + 1 : Math.max(from, conversation.from), count),
    { ...bounds, messages: limit },
  );
  return messages.toReversed();
}

/** @param end where a page without messages is: 0 before the first message, or `last` behind the last one */
function pageOf(
  { from }: OwnConversation,
  messages: readonly LogEntry[],
  end: number,
  last: number,
): LogPage {
  // All messages are on the other side of an empty page.
  const older = messages.at(-1)?.seq ?? end + 1;
  const newer = messages[0]?.seq ?? end;
  return {
    messages,
    last,
    sides: { older: older > from ? older : undefined, newer: newer < last ? newer : undefined },
  };
}
