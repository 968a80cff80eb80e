import type { Message } from '@parley/client';
import { startOf } from '../../state/times.ts';
import { unreadLine } from './unread.ts';

/** What a conversation shows, from the top. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: Date }
  | { readonly kind: 'unread'; readonly key: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      readonly at: Date;
      /** The first, or the last, of several that one person said in a row. */
      readonly isFirst: boolean;
      readonly isLast: boolean;
    };

/** Said within this time of one another, messages of one person stand together. */
const TOGETHER_MS = 5 * 60_000;

/** The messages with the days between them, and a line before the first unread one. */
export function rowsOf(messages: readonly Message[], unreadFrom: number | undefined): readonly Row[] {
  const rows: Row[] = [];
  const line = unreadLine(messages, unreadFrom);
  let before: Message | undefined;
  let today = Number.NEGATIVE_INFINITY;
  for (const [index, message] of messages.entries()) {
    const at = new Date(message.createdAt);
    const day = startOf(at).getTime();
    // Only on: what waits has the time of a clock that may be slow.
    const isNewDay = day > today;
    today = Math.max(day, today);
    const isUnread = line !== undefined && message.seq === line;
    if (isNewDay) rows.push({ kind: 'day', key: `day ${day}`, at });
    if (isUnread) rows.push({ kind: 'unread', key: 'unread' });
    const next = messages[index + 1];
    rows.push({
      kind: 'message',
      key: message.key,
      message,
      at,
      isFirst: isNewDay || isUnread || !before || !areTogether(before, message),
      isLast:
        !next ||
        !areTogether(message, next) ||
        startOf(new Date(next.createdAt)).getTime() > today ||
        (next.seq !== undefined && next.seq === line),
    });
    before = message;
  }
  return rows;
}

function areTogether(one: Message, next: Message): boolean {
  const apartMs = Date.parse(next.createdAt) - Date.parse(one.createdAt);
  return one.senderId === next.senderId && apartMs < TOGETHER_MS;
}
