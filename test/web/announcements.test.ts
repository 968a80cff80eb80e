import { expect, it } from 'vitest';
import type { Message } from '../../client/index.ts';
import { createAnnouncements } from '../../web/views/conversation/announcements.ts';
import { groupNames, pairNames } from '../../web/views/conversation/names.ts';

const theirs = (seq: number, text = `Number ${seq}`): Message => ({
  key: `${seq}`,
  seq,
  senderId: 'charles',
  isOwn: false,
  text,
  version: 1,
  reactions: [],
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
const charles = pairNames('ada', { id: 'charles', username: 'charles' });
const refused: Partial<Message> = { state: 'failed', reason: { code: 'user_not_found', detail: 'x' } };

it('messages from before the view opened are not announced', () => {
  const announcementOf = createAnnouncements([theirs(1), theirs(2)]);
  expect(announcementOf([theirs(1), theirs(2)], charles)).toBe('');
});

it('a new message is announced once, with its sender', () => {
  const announcementOf = createAnnouncements([theirs(1)]);
  expect(announcementOf([theirs(1), theirs(2), theirs(3)], charles)).toBe(
    'charles: Number 2 charles: Number 3',
  );
  expect(announcementOf([theirs(1), theirs(2), theirs(3)], charles)).toBe('');
});

it('if more than three messages come at once, their number is announced', () => {
  const announcementOf = createAnnouncements([theirs(1)]);
  expect(
    announcementOf(
      [1, 2, 3, 4, 5].map((seq) => theirs(seq)),
      charles,
    ),
  ).toBe('4 new messages');
});

it('a changed message is not announced again, and a deleted one not at all', () => {
  const announcementOf = createAnnouncements([theirs(1), theirs(2)]);
  const edited: Message = { ...theirs(2, 'Better'), version: 2, editedAt: '2026-11-24T05:01:00.000Z' };
  const deleted = (seq: number): Message => ({ ...theirs(seq, ''), deletedAt: '2026-11-24T05:02:00.000Z' });
  expect(announcementOf([theirs(1), edited], charles)).toBe('');
  expect(announcementOf([deleted(1), edited, deleted(3), theirs(4)], charles)).toBe('charles: Number 4');
});

it('older messages and own messages are not announced', () => {
  const announcementOf = createAnnouncements([theirs(5)]);
  expect(announcementOf([theirs(4), theirs(5), own('a', { seq: 6, state: 'sent' }), own('b')], charles)).toBe(
    '',
  );
});

it('each refusal of an own message is announced once', () => {
  const announcementOf = createAnnouncements([theirs(1), own('a')]);
  expect(announcementOf([theirs(1), own('a', refused)], charles)).toBe('Not sent: This user does not exist.');
  expect(announcementOf([theirs(1), own('a', refused)], charles)).toBe('');
  expect(announcementOf([theirs(1), own('a')], charles)).toBe('');
  expect(announcementOf([theirs(1), own('a', refused)], charles)).toBe('Not sent: This user does not exist.');
});

it('each refusal of a change is announced once', () => {
  const stored = own('a', { seq: 1, state: 'read' });
  const reason = { code: 'edit_too_late', detail: 'x' };
  const announcementOf = createAnnouncements([stored, theirs(2)]);
  const messages = [{ ...stored, reason, refusedText: 'Better' }, theirs(2)];
  expect(announcementOf(messages, charles)).toBe(
    'Your change was not saved. This message is too old to be edited. You wrote:',
  );
  expect(announcementOf(messages, charles)).toBe('');
  expect(announcementOf([stored, theirs(2)], charles)).toBe('');
  expect(announcementOf([{ ...stored, reason }, theirs(2)], charles)).toBe(
    'The message was not deleted. This message is too old to be edited.',
  );
});

it('each refusal of a reaction is announced once, beside that of an edit', () => {
  const stored = own('a', { seq: 1, state: 'read' });
  const reason = { code: 'cannot_write_to_user', detail: 'x' };
  const edited: Message = { ...stored, reason, refusedText: 'Better' };
  const both: Message = { ...edited, refusedReactions: [{ emoji: '👍', wish: 'react', reason }] };
  const announcementOf = createAnnouncements([edited]);
  expect(announcementOf([both], charles)).toBe(
    'Your reaction was not saved. You cannot write to this user now.',
  );
  expect(announcementOf([both], charles)).toBe('');
  const other: Message = { ...theirs(2), refusedReactions: [{ emoji: '🎉', wish: 'unreact', reason }] };
  expect(announcementOf([both, theirs(2)], charles)).toBe('charles: Number 2');
  expect(announcementOf([both, other], charles)).toBe(
    'Your reaction was not taken back. You cannot write to this user now.',
  );
});

it('in a group, each message has its sender, and what happens to the group is a sentence', () => {
  const names = groupNames('ada', [
    { id: 'ada', username: 'ada', role: 'owner' },
    { id: 'charles', username: 'charles', role: 'member' },
    { id: 'mary', username: 'mary' },
  ]);
  const announcementOf = createAnnouncements([theirs(1)]);
  const happened: Message = { ...theirs(3, ''), event: { type: 'removed', users: ['mary'] } };
  expect(announcementOf([theirs(1), { ...theirs(2), senderId: 'mary' }, happened], names)).toBe(
    'mary: Number 2 charles removed mary',
  );
});
