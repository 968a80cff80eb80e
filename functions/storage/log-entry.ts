import type { Conversation } from '../core/conversations/conversation.ts';
import type { ByMember, Changed, LogEntry } from '../core/messages/message.ts';
import type { SendRate } from '../core/messages/send-rates.ts';
import { MESSAGE_PREFIX, messageKey } from './keys.ts';

export type Item = Record<string, unknown>;

type StoredRate = readonly [since: number, count: number];

/**
 * A message as an item. The key has the conversation and `seq`, and the sender is stored as a member number: every byte over 1 KB
 * would cost a second WRU.
 */
export function fromLogEntry(conversation: Conversation, entry: LogEntry): Item {
  const { conversation: _, seq, senderId, rates, changed, ...rest } = entry;
  return {
    ...messageKey(conversation.id, seq),
    ...rest,
    ...(changed && { changed: fromChanged(conversation, changed) }),
    sender: conversation.members.indexOf(senderId),
    rates: mapMembers(rates, ({ since, count }): StoredRate => [since, count]),
  };
}

export function toLogEntry(conversation: Conversation, item: Item): LogEntry {
  const {
    id,
    text,
    clientId,
    replyTo,
    read = 0,
    createdAt,
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
    ...(replyTo !== undefined && { replyTo }),
    read,
    createdAt,
    ...(item.changed !== undefined && { changed: toChanged(conversation, item.changed as StoredChanged) }),
    counts,
    rates: mapMembers((item.rates ?? {}) as ByMember<StoredRate>, toRate),
    recent: recent ?? new Uint8Array(),
  };
}

type StoredChanged = Omit<Changed, 'reactions'> & {
  /** A list, because DynamoDB keeps no order of names. */
  readonly reactions?: readonly (readonly [emoji: string, members: readonly number[]])[];
};

/** What has become of a message, with the users who have reacted as member numbers. */
export function fromChanged({ members }: Conversation, { reactions, ...changed }: Changed): StoredChanged {
  if (!reactions) return changed;
  const stored = Object.entries(reactions).map(
    ([emoji, users]) => [emoji, users.map((id) => members.indexOf(id))] as const,
  );
  return { ...changed, reactions: stored };
}

function toChanged({ members }: Conversation, { reactions, ...changed }: StoredChanged): Changed {
  if (!reactions) return changed;
  const users = reactions.map(([emoji, numbers]) => [emoji, numbers.map((n) => members[n] ?? '')] as const);
  return { ...changed, reactions: Object.fromEntries(users) };
}

function toRate([since, count]: StoredRate): SendRate {
  return { since, count };
}

export function mapMembers<T, S>(values: ByMember<T>, change: (value: T) => S): ByMember<S> {
  return Object.fromEntries(Object.entries(values).map(([member, value]) => [member, change(value)]));
}
