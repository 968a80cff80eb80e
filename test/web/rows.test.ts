import { describe, expect, it } from 'vitest';
import type { Message } from '../../client/index.ts';
import { type Row, rowsOf } from '../../web/views/conversation/rows.ts';

const ADA = 'ada';
const CHARLES = 'charles';

/** A message of somebody at a minute of a day of November 2026, in this machine's own time zone. */
function said(seq: number | undefined, senderId: string, day: number, hour: number, minute = 0): Message {
  return {
    key: `m${seq ?? 'unsent'}`,
    seq,
    senderId,
    isOwn: senderId === ADA,
    text: 'x',
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
  it('are none without a message', () => {
    expect(rowsOf([], undefined)).toEqual([]);
  });

  it('put what one person says within five minutes together', () => {
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

  it('begin a day with its name, also between two messages of one minute', () => {
    const rows = rowsOf([said(1, ADA, 22, 23, 59), said(2, ADA, 23, 0, 0)], undefined);
    expect(shape(rows)).toEqual(['day', 'm1 first last', 'day', 'm2 first last']);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  it('have a line before the first unread message, where a new group begins', () => {
    const rows = rowsOf([said(1, CHARLES, 23, 9), said(2, CHARLES, 23, 9, 1), said(3, CHARLES, 23, 9, 2)], 2);
    expect(shape(rows)).toEqual(['day', 'm1 first last', 'unread', 'm2 first', 'm3 last']);
  });

  it('have no line before an own message: nobody has not read what they said', () => {
    expect(shape(rowsOf([said(1, ADA, 23, 9)], 1))).toEqual(['day', 'm1 first last']);
  });

  it('end with what is on its way', () => {
    const rows = rowsOf([said(1, ADA, 23, 9), said(undefined, ADA, 23, 9, 1)], undefined);
    expect(shape(rows)).toEqual(['day', 'm1 first', 'munsent last']);
  });
});

describe('a clock that is slow', () => {
  it('brings no day back that is over', () => {
    const rows = rowsOf(
      [said(1, CHARLES, 18, 23, 50), said(2, CHARLES, 19, 0, 1), said(undefined, ADA, 18, 23, 58)],
      undefined,
    );
    const days = rows.filter(({ kind }) => kind === 'day').map(({ key }) => key);
    expect(days).toHaveLength(2);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
});
