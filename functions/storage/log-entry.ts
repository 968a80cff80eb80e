import { type Conversation, numberOf } from '../core/conversations/conversation.ts';
import { Busy } from '../core/errors.ts';
import type { Custom } from '../core/messages/custom.ts';
import type { Changed, GroupEvent, LogEntry, Mentions } from '../core/messages/message.ts';
import { formsIn } from './by-member.ts';
import { messageKey, seqOf } from './keys.ts';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';

export type Item = Record<string, unknown>;

/**
 * A message as an item. The key has the conversation and `seq`, and the sender is stored as a member number: every byte over 1 KB
 * would cost a second WRU.
 */
export function fromLogEntry(conversation: Conversation, entry: LogEntry): Item {
  const {
    conversation: _,
    seq,
    senderId,
    counts,
    alls,
    rates,
    changed,
    event,
    mentions,
    custom,
    ...rest
  } = entry;
  const forms = formsIn(conversation);
  return {
    ...messageKey(conversation.id, seq),
    ...rest,
    ...(changed && { changed: fromChanged(conversation, changed) }),
    ...(event && { event: fromEvent(conversation, event) }),
    ...(mentions && { mentions: fromMentions(conversation, mentions) }),
    ...(custom && { custom: fromCustom(custom) }),
    sender: numberOf(conversation, senderId),
    counts: forms.counts.store(counts),
    ...(alls && { alls: forms.counts.store(alls) }),
    rates: forms.rates(entry.createdAt).store(rates),
  };
}

/**
 * The user with a member number.
 * @throws Busy for a number that a group did not have yet when its roster was read: whoever asks again reads it anew
 */
function userWith({ kind, numbered }: Conversation, number: number): string {
  const userId = numbered[number];
  if (userId === undefined && kind === 'group') throw new Busy();
  return userId ?? '';
}

/** @throws Busy if somebody is in it who has joined a group since its roster was read */
export function toLogEntry(conversation: Conversation, item: Item): LogEntry {
  const {
    id,
    text,
    clientId,
    replyTo,
    read = 0,
    createdAt,
    events,
    told,
    roster,
    recent,
  } = item as unknown as LogEntry;
  const forms = formsIn(conversation);
  return {
    id,
    conversation: conversation.id,
    seq: seqOf(item.sk as string),
    senderId: userWith(conversation, item.sender as number),
    text,
    ...(clientId !== undefined && { clientId }),
    ...(replyTo !== undefined && { replyTo }),
    ...(item.mentions !== undefined && { mentions: toMentions(conversation, item.mentions) }),
    ...(item.custom !== undefined && { custom: JSON.parse(item.custom as string) as Custom }),
    read,
    createdAt,
    ...(item.changed !== undefined && { changed: toChanged(conversation, item.changed as StoredChanged) }),
    ...(item.event !== undefined && { event: toEvent(conversation, item.event as StoredEvent) }),
    counts: forms.counts.read(item.counts),
    ...(item.alls !== undefined && { alls: forms.counts.read(item.alls) }),
    ...(events !== undefined && { events }),
    ...(told !== undefined && { told }),
    ...(roster !== undefined && { roster }),
    rates: forms.rates(createdAt).read(item.rates),
    recent: recent ?? new Uint8Array(),
  };
}

export type StoredChanged = Omit<Changed, 'reactions'> & {
  /** A list, because DynamoDB keeps no order of names. */
  readonly reactions?: readonly (readonly [emoji: string, members: readonly number[]])[];
};

/** What has become of a message, with the users who have reacted as member numbers. */
export function fromChanged(conversation: Conversation, { reactions, ...changed }: Changed): StoredChanged {
  if (!reactions) return changed;
  const stored = Object.entries(reactions).map(
    ([emoji, users]) => [emoji, users.map((id) => numberOf(conversation, id))] as const,
  );
  return { ...changed, reactions: stored };
}

function toChanged(conversation: Conversation, { reactions, ...changed }: StoredChanged): Changed {
  if (!reactions) return changed;
  const users = reactions.map(
    ([emoji, numbers]) => [emoji, numbers.map((number) => userWith(conversation, number))] as const,
  );
  return { ...changed, reactions: Object.fromEntries(users) };
}

/** An event, with its users as member numbers. */
type StoredEvent = Record<string, unknown> & {
  readonly type: GroupEvent['type'];
  readonly users?: readonly number[];
};

export function fromEvent(conversation: Conversation, event: GroupEvent): StoredEvent {
  if (!('users' in event)) return event;
  return { ...event, users: event.users.map((id) => numberOf(conversation, id)) };
}

export function toEvent(conversation: Conversation, { users, ...event }: StoredEvent): GroupEvent {
  return {
    ...event,
    ...(users && { users: users.map((number) => userWith(conversation, number)) }),
  } as GroupEvent;
}

/** As JSON: DynamoDB keeps no order of names, and its numbers are others. */
export function fromCustom(custom: Custom): string {
  return JSON.stringify(custom);
}

/** Packed, so that ten of them take some ten bytes: first 1 if all are mentioned, then the member numbers of users. */
function fromMentions(conversation: Conversation, { users = [], all }: Mentions): Uint8Array {
  return packNumbers([all ? 1 : 0, ...users.map((id) => numberOf(conversation, id))]);
}

function toMentions(conversation: Conversation, stored: unknown): Mentions {
  const [all, ...numbers] = unpackNumbers(stored);
  return {
    ...(numbers.length > 0 && { users: numbers.map((number) => userWith(conversation, number)) }),
    ...(all === 1 && { all: true }),
  };
}
