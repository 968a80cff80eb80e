import type { InboxItem, Message } from '@parley/client';
import { startOf } from '../../state/times.ts';

/** A row of a conversation. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: Date }
  | { readonly kind: 'unread'; readonly key: string }
  /** What happened to a group. */
  | { readonly kind: 'event'; readonly key: string; readonly message: Message }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      readonly at: Date;
      /** The first or the last message of a group by one user. */
      readonly isFirst: boolean;
      readonly isLast: boolean;
    };

/** Messages of one user within this time form a group. */
const GROUP_MS = 5 * 60_000;

/** The messages, with a line before each day and before the first unread message. */
export function rowsOf(messages: readonly Message[], unreadFrom: number | undefined): readonly Row[] {
  const rows: Row[] = [];
  const line = unreadLine(messages, unreadFrom);
  let before: Message | undefined;
  let today = Number.NEGATIVE_INFINITY;
  for (const [index, message] of messages.entries()) {
    const at = new Date(message.createdAt);
    const day = startOf(at).getTime();
    // Days only go forward: an unsent message has the time of this device, whose clock may be slow.
    const isNewDay = day > today;
    today = Math.max(day, today);
    const isUnread = line !== undefined && message.seq === line;
    if (isNewDay) rows.push({ kind: 'day', key: `day ${day}`, at });
    if (isUnread) rows.push({ kind: 'unread', key: 'unread' });
    const next = messages[index + 1];
    if (message.event) {
      rows.push({ kind: 'event', key: message.key, message });
      before = message;
      continue;
    }
    rows.push({
      kind: 'message',
      key: message.key,
      message,
      at,
      isFirst: isNewDay || isUnread || !before || !areGrouped(before, message),
      isLast:
        !next ||
        !areGrouped(message, next) ||
        startOf(new Date(next.createdAt)).getTime() > today ||
        (next.seq !== undefined && next.seq === line),
    });
    before = message;
  }
  return rows;
}

function areGrouped(one: Message, next: Message): boolean {
  const apartMs = Date.parse(next.createdAt) - Date.parse(one.createdAt);
  return one.senderId === next.senderId && apartMs < GROUP_MS && !one.event && !next.event;
}

/** The first `seq` after the user's read position. Undefined if nothing is unread. */
export function firstUnread(items: readonly InboxItem[], conversation: string): number | undefined {
  const item = items.find(({ id }) => id === conversation);
  return item && item.unread > 0 ? item.read + 1 : undefined;
}

/**
 * The other user's first message from there on. Undefined if there is none, or if the messages before are not loaded.
 */
export function unreadLine(messages: readonly Message[], from: number | undefined): number | undefined {
  if (from === undefined || (messages[0]?.seq ?? Number.POSITIVE_INFINITY) > from) return undefined;
  return messages.find(({ seq = 0, isOwn, event }) => seq >= from && !isOwn && !event)?.seq;
}
