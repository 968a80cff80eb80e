import type { InboxItem } from '../../../client/index.ts';

/** The `seq` of the first message of a conversation that has not been read; undefined when all has. */
export function firstUnread(items: readonly InboxItem[], conversation: string): number | undefined {
  const item = items.find(({ id }) => id === conversation);
  return item && item.unread > 0 ? item.read + 1 : undefined;
}
