import { describe, expect, it } from 'vitest';
import type { InboxItem, Message } from '../../client/index.ts';
import { firstUnread, type Row, rowsOf, unreadLine } from '../../web/views/conversation/rows.ts';

const ADA = 'ada';
const CHARLES = 'charles';

/** A message at a time of November 2026, in this machine's time zone. */
function said(seq: number | undefined, senderId: string, day: number, hour: number, minute = 0): Message {
  return {
    key: `m${seq ?? 'unsent'}`,
    seq,
    senderId,
    isOwn: senderId === ADA,
    text: 'x',
    version: 1,
    reactions: [],
    createdAt: new Date(2026, 10, day, hour, minute).toISOString(),
    state: senderId === ADA ? 'sent' : 'received',
  };
}

const shape = (rows: readonly Row[]) =>
  rows.map((row) =>
    row.kind === 'message'
      ? `${row.key}${row.isFirst ? ' first' : ''}${row.isLast ? ' last' : ''}`
      : row.kind,
  );

describe('the rows of a conversation', () => {
  it('are empty without a message', () => {
    expect(rowsOf([], undefined)).toEqual([]);
  });

  it('group messages of one user within five minutes', () => {
    const rows = rowsOf(
      [
        said(1, ADA, 23, 9, 0),
        said(2, ADA, 23, 9, 4),
        said(3, ADA, 23, 9, 9),
        said(4, CHARLES, 23, 9, 9),
        said(5, ADA, 23, 9, 10),
      ],
      undefined,
    );
    expect(shape(rows)).toEqual([
      'day',
      'm1 first',
      'm2 last',
      'm3 first last',
      'm4 first last',
      'm5 first last',
    ]);
  });

  it('have a line before each day, even between two messages of one minute', () => {
    const rows = rowsOf([said(1, ADA, 22, 23, 59), said(2, ADA, 23, 0, 0)], undefined);
    expect(shape(rows)).toEqual(['day', 'm1 first last', 'day', 'm2 first last']);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  it('have a line before the first unread message, which begins a new group', () => {
    const rows = rowsOf([said(1, CHARLES, 23, 9), said(2, CHARLES, 23, 9, 1), said(3, CHARLES, 23, 9, 2)], 2);
    expect(shape(rows)).toEqual(['day', 'm1 first last', 'unread', 'm2 first', 'm3 last']);
  });

  it('have no unread line before an own message', () => {
    expect(shape(rowsOf([said(1, ADA, 23, 9)], 1))).toEqual(['day', 'm1 first last']);
  });

  it('end with the unsent messages', () => {
    const rows = rowsOf([said(1, ADA, 23, 9), said(undefined, ADA, 23, 9, 1)], undefined);
    expect(shape(rows)).toEqual(['day', 'm1 first', 'munsent last']);
  });
});

describe('a slow clock', () => {
  it('does not bring back a day that is over', () => {
    const rows = rowsOf(
      [said(1, CHARLES, 18, 23, 50), said(2, CHARLES, 19, 0, 1), said(undefined, ADA, 18, 23, 58)],
      undefined,
    );
    const days = rows.filter(({ kind }) => kind === 'day').map(({ key }) => key);
    expect(days).toHaveLength(2);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
});

const item = (id: string, unread: number, read: number) => ({ id, unread, read }) as InboxItem;

it('the first unread message is the one after the read position', () => {
  const items = [item('a', 3, 7), item('b', 0, 9)];
  expect(firstUnread(items, 'a')).toBe(8);
  expect(firstUnread(items, 'b')).toBeUndefined();
  expect(firstUnread(items, 'c')).toBeUndefined();
});

it('the unread line stands before the other user’s first unread message, if all messages before it are loaded', () => {
  const message = (seq: number, isOwn: boolean) => ({ seq, isOwn }) as Message;
  const messages = [message(7, false), message(8, true), message(9, true), message(10, false)];
  expect(unreadLine(messages, 8)).toBe(10);
  expect(unreadLine(messages, 7)).toBe(7);
  expect(unreadLine(messages, 6)).toBeUndefined();
  expect(unreadLine(messages, 11)).toBeUndefined();
  expect(unreadLine(messages, undefined)).toBeUndefined();
  expect(unreadLine([], 1)).toBeUndefined();
});

it('what happened to a group stands between the messages, and is not the first unread one', () => {
  const happened: Message = {
    ...said(2, CHARLES, 23, 9),
    text: '',
    event: { type: 'joined', users: ['mary'] },
  };
  const rows = rowsOf([said(1, CHARLES, 23, 9), happened, said(3, CHARLES, 23, 9)], 2);
  expect(shape(rows)).toEqual(['day', 'm1 first last', 'event', 'unread', 'm3 first last']);
});
