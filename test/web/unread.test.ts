import { expect, it } from 'vitest';
import type { InboxItem, Message } from '../../client/index.ts';
import { firstUnread, unreadLine } from '../../web/views/conversation/unread.ts';

const item = (id: string, unread: number, read: number) => ({ id, unread, read }) as InboxItem;

it('the first unread message is the one after the last that was read', () => {
  const items = [item('a', 3, 7), item('b', 0, 9)];
  expect(firstUnread(items, 'a')).toBe(8);
  expect(firstUnread(items, 'b')).toBeUndefined();
  expect(firstUnread(items, 'c')).toBeUndefined();
});

it('the line stands before the first message of the other one from there on, where all before it are loaded', () => {
  const message = (seq: number, isOwn: boolean) => ({ seq, isOwn }) as Message;
  const messages = [message(7, false), message(8, true), message(9, true), message(10, false)];
  expect(unreadLine(messages, 8)).toBe(10);
  expect(unreadLine(messages, 7)).toBe(7);
  expect(unreadLine(messages, 6)).toBeUndefined();
  expect(unreadLine(messages, 11)).toBeUndefined();
  expect(unreadLine(messages, undefined)).toBeUndefined();
  expect(unreadLine([], 1)).toBeUndefined();
});
