import { expect, it } from 'vitest';
import type { Message } from '../../client/index.ts';
import { createAnnouncements } from '../../web/views/conversation/announcements.ts';

const theirs = (seq: number, text = `Number ${seq}`): Message => ({
  key: `${seq}`,
  seq,
  senderId: 'charles',
  isOwn: false,
  text,
  version: 1,
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

it('messages from before the view opened are not announced', () => {
  const announcementOf = createAnnouncements([theirs(1), theirs(2)]);
  expect(announcementOf([theirs(1), theirs(2)], 'charles')).toBe('');
});

it('a new message is announced once, with its sender', () => {
  const announcementOf = createAnnouncements([theirs(1)]);
  expect(announcementOf([theirs(1), theirs(2), theirs(3)], 'charles')).toBe(
    'charles: Number 2 charles: Number 3',
  );
  expect(announcementOf([theirs(1), theirs(2), theirs(3)], 'charles')).toBe('');
});

it('if more than three messages come at once, their number is announced', () => {
  const announcementOf = createAnnouncements([theirs(1)]);
  expect(
    announcementOf(
      [1, 2, 3, 4, 5].map((seq) => theirs(seq)),
      'charles',
    ),
  ).toBe('4 new messages');
});

it('older messages and own messages are not announced', () => {
  const announcementOf = createAnnouncements([theirs(5)]);
  expect(
    announcementOf([theirs(4), theirs(5), own('a', { seq: 6, state: 'sent' }), own('b')], 'charles'),
  ).toBe('');
});

it('each refusal of an own message is announced once', () => {
  const announcementOf = createAnnouncements([theirs(1), own('a')]);
  expect(announcementOf([theirs(1), own('a', refused)], 'charles')).toBe(
    'Not sent: This user does not exist.',
  );
  expect(announcementOf([theirs(1), own('a', refused)], 'charles')).toBe('');
  expect(announcementOf([theirs(1), own('a')], 'charles')).toBe('');
  expect(announcementOf([theirs(1), own('a', refused)], 'charles')).toBe(
    'Not sent: This user does not exist.',
  );
});
