import type { Account, OwnAccount } from '../../../functions/core/accounts/account.ts';
import { type OwnConversation, pairWith } from '../../../functions/core/conversations/conversation.ts';
import type { RosterReader } from '../../../functions/core/conversations/roster.ts';
import { NOON } from './clock.ts';

/** A UUID that is easy to tell from others: `id(1)` is 00000000-0000-4000-8000-000000000001. */
export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Ids that count up from `id(from)`. */
export function countingIds(from: number): () => string {
  let next = from;
  return () => id(next++);
}

export const alice: OwnAccount = {
  id: id(1),
  email: 'Alice@Example.org',
  username: 'Alice',
  firstName: 'Alice',
  lastName: 'Liddell',
  staff: false,
  createdAt: NOON,
};

export const bob: OwnAccount = {
  ...alice,
  id: id(2),
  email: 'bob@example.org',
  username: 'bob',
  firstName: 'Bob',
};

/** The id of the conversation of Alice and Bob. */
export const CONVERSATION = `${alice.id}.${bob.id}`;

/** The same conversation as Alice sees it, and as Bob does. Alice has member number 0, Bob 1. */
export const ALICES: OwnConversation = pairWith(alice.id, bob.id);
export const BOBS: OwnConversation = pairWith(bob.id, alice.id);

/** There is no group. */
export const NO_GROUPS: { readonly rosters: RosterReader } = { rosters: { roster: async () => undefined } };

/** A store of profiles that knows these people. */
export const knowing = (...people: readonly Account[]) => ({
  profileOf: async (userId: string) => people.find((person) => person.id === userId),
  personOf: async (userId: string) => {
    const found = people.find((person) => person.id === userId);
    return found && { id: found.id, username: found.username };
  },
});
