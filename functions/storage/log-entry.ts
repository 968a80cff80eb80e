import { membersOf } from '../core/conversations/conversation.ts';
import type { LogEntry } from '../core/messages/message.ts';
import { conversationPartition, MESSAGE_PREFIX, messageKey } from './keys.ts';

type Item = Record<string, unknown>;

/** What belongs to each member, in the order of the conversation's id: its user ids would take 80 bytes more. */
export type ByMember<T> = readonly (T | null)[];

type Pace = readonly [since: number, count: number];

/**
 * A message as an item. Conversation and `seq` are in the key, and the sender's id is in the conversation's: stored twice
 * they would only cost bytes.
 */
export function fromLogEntry({
  conversation,
  seq,
  senderId,
  paces,
  said,
  recent,
  ...message
}: LogEntry): Item {
  return {
    ...messageKey(conversation, seq),
    ...message,
    sender: membersOf(conversation)?.indexOf(senderId),
    said: toList(conversation, said, (count) => count),
    paces: toList(conversation, paces, ({ since, count }): Pace => [since, count]),
    recent,
  };
}

export function toLogEntry(item: Item): LogEntry {
  const { id, text, clientId, read, createdAt, recent } = item as unknown as LogEntry;
  const conversation = (item.pk as string).slice(conversationPartition('').length);
  return {
    id,
    conversation,
    seq: Number((item.sk as string).slice(MESSAGE_PREFIX.length)),
    senderId: membersOf(conversation)?.[item.sender as number] ?? '',
    text,
    ...(clientId !== undefined && { clientId }),
    read: read ?? 0,
    createdAt,
    said: fromList(conversation, item.said as ByMember<number> | undefined, (count) => count),
    paces: fromList(conversation, item.paces as ByMember<Pace> | undefined, ([since, count]) => ({
      since,
      count,
    })),
    recent: recent ?? new Uint8Array(),
  };
}

export function toList<T, S>(
  conversation: string,
  values: Readonly<Record<string, T>>,
  stored: (value: T) => S,
): ByMember<S> {
  return (membersOf(conversation) ?? []).map((userId) => {
    const value = values[userId];
    return value === undefined ? null : stored(value);
  });
}

export function fromList<S, T>(
  conversation: string,
  list: ByMember<S> | undefined,
  read: (stored: S) => T,
): Readonly<Record<string, T>> {
  const entries = (membersOf(conversation) ?? []).flatMap((userId, i): [string, T][] => {
    const stored = list?.[i];
    return stored === undefined || stored === null ? [] : [[userId, read(stored)]];
  });
  return Object.fromEntries(entries);
}
