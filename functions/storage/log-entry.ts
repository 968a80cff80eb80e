import type { Conversation } from '../core/conversations/conversation.ts';
import type { ByMember, LogEntry } from '../core/messages/message.ts';
import type { SendRate } from '../core/messages/send-rates.ts';
import { MESSAGE_PREFIX, messageKey } from './keys.ts';

export type Item = Record<string, unknown>;

type StoredRate = readonly [since: number, count: number];

/**
 * A message as an item. The key has the conversation and `seq`, and the sender is stored as a member number: every byte over 1 KB
 * would cost a second WRU.
 */
export function fromLogEntry(conversation: Conversation, entry: LogEntry): Item {
  const { conversation: _, seq, senderId, rates, ...rest } = entry;
  return {
    ...messageKey(conversation.id, seq),
    ...rest,
    sender: conversation.members.indexOf(senderId),
    rates: mapMembers(rates, ({ since, count }): StoredRate => [since, count]),
  };
}

export function toLogEntry(conversation: Conversation, item: Item): LogEntry {
  const {
    id,
    text,
    clientId,
    read = 0,
    createdAt,
    changed,
    counts = {},
    recent,
  } = item as unknown as LogEntry;
  return {
    id,
    conversation: conversation.id,
    seq: Number((item.sk as string).slice(MESSAGE_PREFIX.length)),
    senderId: conversation.members[item.sender as number] ?? '',
    text,
    ...(clientId !== undefined && { clientId }),
    read,
    createdAt,
    ...(changed && { changed }),
    counts,
    rates: mapMembers((item.rates ?? {}) as ByMember<StoredRate>, toRate),
    recent: recent ?? new Uint8Array(),
  };
}

function toRate([since, count]: StoredRate): SendRate {
  return { since, count };
}

export function mapMembers<T, S>(values: ByMember<T>, change: (value: T) => S): ByMember<S> {
  return Object.fromEntries(Object.entries(values).map(([member, value]) => [member, change(value)]));
}
