import { expect, it } from 'vitest';
import { visiblePresence } from '../../../../functions/core/presence/presence.ts';
import { NOON } from '../../support/clock.ts';
import { alice } from '../../support/people.ts';

const userId = alice.id;

it.each([
  ['who is online is shown so', { online: true, hidden: false }, { online: true }],
  [
    'who is not is shown with when they last were',
    { online: false, hidden: false, lastSeen: NOON },
    { online: false, lastSeen: NOON },
  ],
  ['who never was is shown without', { online: false, hidden: false }, { online: false }],
  ['who is online was last seen now', { online: true, hidden: false, lastSeen: NOON }, { online: true }],
  ['who hides it is shown offline', { online: true, hidden: true }, { online: false }],
  ['and nobody sees when they went', { online: false, hidden: true, lastSeen: NOON }, { online: false }],
])('%s: %j is shown as %j', (_, stored, presence) => {
  expect(visiblePresence({ userId, ...stored })).toEqual({ userId, ...presence });
});
