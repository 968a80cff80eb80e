import { expect, it } from 'vitest';
import type { InboxItem } from '../../client/index.ts';
import { firstUnread } from '../../web/views/conversation/unread.ts';

const item = (id: string, unread: number, read: number) => ({ id, unread, read }) as InboxItem;

it('the first unread message is the one after the last that was read', () => {
  const items = [item('a', 3, 7), item('b', 0, 9)];
  expect(firstUnread(items, 'a')).toBe(8);
  expect(firstUnread(items, 'b')).toBeUndefined();
  expect(firstUnread(items, 'c')).toBeUndefined();
});
