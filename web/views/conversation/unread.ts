import type { InboxItem, Message } from '@parley/client';

/** The first `seq` of a conversation behind what has been read; undefined when nothing is unread. */
export function firstUnread(items: readonly InboxItem[], conversation: string): number | undefined {
  const item = items.find(({ id }) => id === conversation);
  return item && item.unread > 0 ? item.read + 1 : undefined;
}

/** The first message of the other one from there on: one's own are never unread. Undefined where older ones are not loaded. */
export function unreadLine(messages: readonly Message[], from: number | undefined): number | undefined {
  if (from === undefined || (messages[0]?.seq ?? Number.POSITIVE_INFINITY) > from) return undefined;
  return messages.find(({ seq = 0, isOwn }) => seq >= from && !isOwn)?.seq;
}
