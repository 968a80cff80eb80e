import { expect, it } from 'vitest';
import type { GroupEvent } from '../../client/index.ts';
import { briefEventText, eventText } from '../../web/views/conversation/event-texts.ts';
import { groupNames } from '../../web/views/conversation/names.ts';

const names = groupNames('ada', [
  { id: 'ada', username: 'ada', role: 'owner' },
  { id: 'bob', username: 'bob', role: 'member' },
  { id: 'cy', username: 'cy' },
]);

it.each([
  ['ada', { type: 'created', title: 'Looms', users: ['ada', 'bob'] }, 'You created the group “Looms”'],
  ['bob', { type: 'joined', users: ['ada'] }, 'bob added you'],
  ['bob', { type: 'joined', users: ['ada', 'cy', 'dana'] }, 'bob added you, cy and …'],
  ['bob', { type: 'joined', users: ['bob'] }, 'bob joined by a link'],
  ['ada', { type: 'joined', users: ['ada'] }, 'You joined by a link'],
  ['cy', { type: 'left', users: ['cy'] }, 'cy left'],
  ['ada', { type: 'removed', users: ['cy'] }, 'You removed cy'],
  ['bob', { type: 'renamed', title: 'Mills' }, 'bob named the group “Mills”'],
  ['ada', { type: 'role', users: ['bob'], role: 'owner' }, 'You made bob an owner'],
  ['bob', { type: 'role', users: ['ada'], role: 'reader' }, 'bob made you a reader'],
  ['ada', { type: 'changed', fields: ['description'] }, 'You changed the description'],
  [
    'bob',
    { type: 'changed', fields: ['title', 'picture', 'who'], title: 'Mills' },
    'bob changed the title to “Mills”, the picture and who may do what',
  ],
  ['bob', { type: 'changed', fields: ['who', 'colour'] }, 'bob changed who may do what and something else'],
  ['bob', { type: 'changed' }, 'The group was changed'],
  ['ada', { type: 'dissolved' }, 'You deleted the group'],
  ['bob', { type: 'painted', users: ['ada'] }, 'The group was changed'],
  ['bob', { type: 'role', users: ['ada'] }, 'The group was changed'],
] as const)('an event is told in a sentence: %s, %j', (senderId, event, text) => {
  expect(eventText({ senderId, event: event as GroupEvent }, names)).toBe(text);
});

it('without names, it is told in general', () => {
  expect(briefEventText({ type: 'renamed', title: 'Mills' }, 'ada')).toBe('The group is now “Mills”');
  expect(briefEventText({ type: 'left', users: ['cy'] }, 'cy')).toBe('Somebody left');
  expect(briefEventText({ type: 'joined', users: ['cy'] }, 'ada')).toBe('Somebody was added');
  expect(briefEventText({ type: 'joined', users: ['cy'] }, 'cy')).toBe('Somebody joined by a link');
  expect(briefEventText({ type: 'changed', fields: ['who'] }, 'cy')).toBe('The group was changed');
  expect(briefEventText({ type: 'dissolved' }, 'cy')).toBe('The group was deleted');
  expect(briefEventText({ type: 'painted' }, 'cy')).toBe('The group was changed');
});
