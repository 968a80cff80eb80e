import type { Roster } from '../../../functions/core/conversations/roster.ts';
import { alice, bob, id } from './people.ts';

export const GROUP = id(700);

/** Alice owns it, Bob has left, and user 3 reads from the fifth entry on. */
export const ROSTER: Roster = {
  ...{ id: GROUP, version: 4, title: 'Trip', history: 'since_joining' },
  members: [
    { userId: alice.id, role: 'owner', from: 1 },
    { userId: bob.id, role: undefined, from: 1 },
    { userId: id(3), role: 'reader', from: 5 },
  ],
};
