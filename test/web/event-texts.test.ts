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
  ['cy', { type: 'left', users: ['cy'] }, 'cy left'],
  ['ada', { type: 'removed', users: ['cy'] }, 'You removed cy'],
  ['bob', { type: 'renamed', title: 'Mills' }, 'bob named the group “Mills”'],
  ['ada', { type: 'role', users: ['bob'], role: 'owner' }, 'You made bob an owner'],
  ['bob', { type: 'role', users: ['ada'], role: 'reader' }, 'bob made you a reader'],
  ['bob', { type: 'painted', users: ['ada'] }, 'The group was changed'],
  ['bob', { type: 'role', users: ['ada'] }, 'The group was changed'],
] as const)('an event is told in a sentence: %s, %j', (senderId, event, text) => {
  expect(eventText({ senderId, event: event as GroupEvent }, names)).toBe(text);
});

it('without names, it is told in general', () => {
  expect(briefEventText({ type: 'renamed', title: 'Mills' })).toBe('The group is now “Mills”');
  expect(briefEventText({ type: 'left', users: ['cy'] })).toBe('Somebody left');
  expect(briefEventText({ type: 'painted' })).toBe('The group was changed');
});
