import { expect, it } from 'vitest';
import type { Message } from '../../client/index.ts';
import { actionsOf, beginEdit, canReactTo, lastOwn } from '../../web/views/conversation/message-actions.ts';

const theirs: Message = {
  key: '1',
  seq: 1,
  senderId: 'charles',
  isOwn: false,
  text: 'Hello',
  version: 1,
  reactions: [],
  createdAt: '2026-11-24T05:00:00.000Z',
  state: 'received',
};
const own: Message = { ...theirs, key: '2', seq: 2, senderId: 'ada', isOwn: true, state: 'read' };
const unsent: Message = { ...own, key: '3', seq: undefined, state: 'sending' };
const deleted = (message: Message): Message => ({
  ...message,
  text: '',
  deletedAt: '2026-11-24T05:01:00.000Z',
});
const all = { canWrite: true, canReport: true, canCopy: false };

it.each([
  ['own one', own, ['reply', 'edit', 'remove']],
  ['one of another user', theirs, ['reply', 'report']],
  ['unsent one', unsent, ['edit', 'remove']],
  // Below it stands a button that discards it.
  ['refused one', { ...unsent, state: 'failed' as const }, ['edit']],
  ['deleted own one', deleted(own), []],
  ['deleted one of another user', deleted(theirs), []],
])('the menu of a message, of an %s', (_, message, actions) => {
  expect(actionsOf(message, all)).toEqual(actions);
});

it('who cannot write can still delete, and who is unknown cannot be reported', () => {
  expect(actionsOf(own, { ...all, canWrite: false })).toEqual(['remove']);
  expect(actionsOf(theirs, { ...all, canReport: false })).toEqual(['reply']);
});

it('a touch screen offers to copy the text, because a long press does not select it', () => {
  const touch = { ...all, canCopy: true };
  expect(actionsOf(own, touch)).toEqual(['reply', 'edit', 'remove', 'copy']);
  expect(actionsOf(theirs, touch)).toEqual(['reply', 'report', 'copy']);
  expect(actionsOf(deleted(theirs), touch)).toEqual([]);
});

it('users react to stored messages of both, as long as they can write', () => {
  expect([own, theirs].map((message) => canReactTo(message, all))).toEqual([true, true]);
  expect([unsent, deleted(own), deleted(theirs)].some((message) => canReactTo(message, all))).toBe(false);
  expect(canReactTo(theirs, { ...all, canWrite: false })).toBe(false);
});

it('the last own message is the last one that is not deleted', () => {
  expect(lastOwn([own, unsent, theirs])).toBe(unsent);
  expect(lastOwn([own, deleted(unsent), theirs])).toBe(own);
  expect(lastOwn([theirs, deleted(own)])).toBeUndefined();
});

it('an edit begins with the present version', () => {
  expect(beginEdit({ ...own, version: 3 })).toEqual({ key: '2', version: 3 });
});

it('moderators delete the messages of others, readers react, and nobody changes what happened', () => {
  expect(actionsOf(theirs, { ...all, canDelete: true })).toEqual(['reply', 'remove', 'report']);
  expect(actionsOf({ ...own, event: { type: 'left', users: ['ada'] } }, all)).toEqual([]);
  expect(canReactTo(theirs, { ...all, canWrite: false, canReact: true })).toBe(true);
  expect(canReactTo({ ...theirs, event: { type: 'left', users: ['charles'] } }, all)).toBe(false);
});
