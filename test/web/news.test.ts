import { expect, it } from 'vitest';
import type { Message } from '../../client/index.ts';
import { createNews } from '../../web/views/conversation/news.ts';

const theirs = (seq: number, text = `Number ${seq}`): Message => ({
  key: `${seq}`,
  seq,
  senderId: 'charles',
  isOwn: false,
  text,
  createdAt: '2026-11-24T05:00:00.000Z',
  state: 'received',
});
const own = (key: string, more: Partial<Message> = {}): Message => ({
  ...theirs(0),
  key,
  seq: undefined,
  senderId: 'ada',
  isOwn: true,
  state: 'sending',
  ...more,
});
const refused: Partial<Message> = { state: 'failed', reason: { code: 'user_not_found', detail: 'x' } };

it('what is there when one comes is not read out', () => {
  const tell = createNews([theirs(1), theirs(2)]);
  expect(tell([theirs(1), theirs(2)], 'charles')).toBe('');
});

it('what comes is read out once, with who said it', () => {
  const tell = createNews([theirs(1)]);
  expect(tell([theirs(1), theirs(2), theirs(3)], 'charles')).toBe('charles: Number 2 charles: Number 3');
  expect(tell([theirs(1), theirs(2), theirs(3)], 'charles')).toBe('');
});

it('many at once are a number', () => {
  const tell = createNews([theirs(1)]);
  expect(
    tell(
      [1, 2, 3, 4, 5].map((seq) => theirs(seq)),
      'charles',
    ),
  ).toBe('4 new messages');
});

it('older ones, and one’s own, are no news', () => {
  const tell = createNews([theirs(5)]);
  expect(tell([theirs(4), theirs(5), own('a', { seq: 6, state: 'sent' }), own('b')], 'charles')).toBe('');
});

it('a refusal is told, once for each time', () => {
  const tell = createNews([theirs(1), own('a')]);
  expect(tell([theirs(1), own('a', refused)], 'charles')).toBe('Not sent: There is no such person.');
  expect(tell([theirs(1), own('a', refused)], 'charles')).toBe('');
  expect(tell([theirs(1), own('a')], 'charles')).toBe('');
  expect(tell([theirs(1), own('a', refused)], 'charles')).toBe('Not sent: There is no such person.');
});
